from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.signing import new_secret, parse_secret, signed_headers
from graph_model.errors import BadInput

# The vector of Standard Webhooks' own libraries, libraries/go/webhook_test.go and its sisters.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_signature_is_the_one_of_the_standard_webhooks_libraries() -> None:
    assert signed_headers(SECRET, message_id=MESSAGE_ID, timestamp=TIMESTAMP, body=BODY) == {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "msg_other"},
        {"timestamp": TIMESTAMP + 1},
        {"body": BODY + b" "},
        {"secret": new_secret()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_signature_covers_whatever_changes(changed: dict[str, object]) -> None:
    arguments = {"secret": SECRET, "message_id": MESSAGE_ID, "timestamp": TIMESTAMP, "body": BODY} | changed
    secret = arguments.pop("secret")

    assert signed_headers(secret, **arguments)["webhook-signature"] != SIGNATURE  # type: ignore[arg-type]


def test_new_secrets_hold_32_bytes_and_are_never_the_same() -> None:
    assert len(parse_secret(new_secret())) == 32
    assert new_secret() != new_secret()


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_of_24_to_64_bytes_is_read_back(key: bytes) -> None:
    assert parse_secret(f"whsec_{base64.b64encode(key).decode()}") == key


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_not base64, not at all, not even a bit",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_ÄfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_a_malformed_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_secret(secret)

    assert refusal.value.code == "INVALID_SECRET"
    assert len(secret) < 10 or secret.removeprefix("whsec_") not in refusal.value.message
