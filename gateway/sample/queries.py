"""Five GraphQL operations worth trying on the sample data: (title, document, variables)."""

from __future__ import annotations

from typing import Any

from gateway.sample.personas import ANNA, CLAIRE, FELIX, KATRIN, REGISTRATION, THOMAS

QUERIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Who is Anna Schneider, and why are four records of three sources one person?",
        """\
query WhoIsAnna($email: String!) {
  individual(by: {identifier: {type: EMAIL, value: $email}}) {
    id
    displayName
    birthDate
    emails
    phones
    address { street postalCode city country }
    sourceRecords { source object recordId modifiedAt fields }
    links { rule score since from { source recordId } to { source recordId } }
    cases { subject status channel openedAt }
  }
}
""",
        {"email": ANNA.email},
    ),
    (
        "Claire Dubois was a good customer: what is she worth, and how long has she been silent?",
        """\
query SilentCustomer($email: String!) {
  individual(by: {identifier: {type: EMAIL, value: $email}}) {
    displayName
    insights { name value unit asOf }
    orders { orderedAt total currency status itemCount }
  }
}
""",
        {"email": CLAIRE.email},
    ),
    (
        "The Webers share a surname, an address and a telephone: are they still three people?",
        """\
query Family($father: String!, $mother: String!, $son: String!) {
  father: individual(by: {identifier: {type: EMAIL, value: $father}}) { ...Member }
  mother: individual(by: {identifier: {type: EMAIL, value: $mother}}) { ...Member }
  son: individual(by: {identifier: {type: EMAIL, value: $son}}) { ...Member }
}

fragment Member on Individual {
  id
  displayName
  birthDate
  phones
  sourceRecords { source recordId }
}
""",
        {"father": THOMAS.email, "mother": KATRIN.email, "son": FELIX.email},
    ),
    (
        "What happens from now on? Leave this open in one tab, then send the last operation from another.",
        """\
subscription WhatHappens {
  insightEvents(kinds: [THRESHOLD_CROSSED, INDIVIDUAL_CREATED, INDIVIDUAL_UPDATED]) {
    sequence
    kind
    time
    individualId
    threshold
    insights { name value unit }
    records { source object recordId outcome }
  }
}
""",
        {},
    ),
    (
        "An anonymous browser registers in the app: its six earlier visits become Robin Carter's.",
        """\
mutation Register($records: [JSON!]!) {
  ingestRecords(input: {source: "web", object: "Individual", records: $records}) {
    results {
      recordId
      outcome
      individual {
        kind
        displayName
        identifiers { type value }
        webEngagements { type url occurredAt }
      }
    }
    userErrors { code message path }
  }
}
""",
        {"records": [REGISTRATION]},
    ),
)
