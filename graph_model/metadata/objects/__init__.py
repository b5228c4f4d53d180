"""The objects that the gateway comes with, in a module for each domain."""

from graph_model.metadata.fields import MAX_KEY as MAX_KEY
from graph_model.metadata.fields import MAX_TEXT as MAX_TEXT
from graph_model.metadata.fields import Addition as Addition
from graph_model.metadata.fields import Category as Category
from graph_model.metadata.fields import Classification as Classification
from graph_model.metadata.fields import Field as Field
from graph_model.metadata.fields import FieldType as FieldType
from graph_model.metadata.fields import ObjectType as ObjectType
from graph_model.metadata.fields import Relation as Relation
from graph_model.metadata.fields import Satellite as Satellite
from graph_model.metadata.identifier_types import ANONYMOUS_TYPES as ANONYMOUS_TYPES
from graph_model.metadata.identifier_types import ISSUED_BY_AUTHORITY as ISSUED_BY_AUTHORITY
from graph_model.metadata.identifier_types import ISSUED_BY_SOURCE as ISSUED_BY_SOURCE
from graph_model.metadata.identifier_types import IdentifierType as IdentifierType
from graph_model.metadata.objects.commerce import COMMERCE
from graph_model.metadata.objects.contact_points import CONTACT_POINTS
from graph_model.metadata.objects.engagement import ENGAGEMENTS
from graph_model.metadata.objects.marketing import MARKETING
from graph_model.metadata.objects.parties import INDIVIDUAL as INDIVIDUAL
from graph_model.metadata.objects.parties import ORGANIZATION as ORGANIZATION
from graph_model.metadata.objects.relations import RELATIONS
from graph_model.metadata.objects.sales import SALES
from graph_model.metadata.objects.service import SERVICE

DEVICE_OBJECT = "Device"
"""The object of the source records that the gateway derives for browsers and apps it meets."""
DEVICE_LOGINS = "logins"
"""The field of such a record that holds the logins that were seen with it."""

SHIPPED_OBJECTS = (
    INDIVIDUAL,
    ORGANIZATION,
    *CONTACT_POINTS,
    *SALES,
    *COMMERCE,
    *SERVICE,
    *MARKETING,
    *ENGAGEMENTS,
    *RELATIONS,
)
"""All of them, in the order in which they are told of."""
