"""The metadata query, and a single record as it is stored."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.identity.rulesets import store as rulesets
from graph_model.metadata import counts
from graph_model.records.model import RecordKey
from graph_model.records.reading import read_record
from resolvers.context import Info
from resolvers.fields import resolved
from resolvers.metadata.records import StoredRecord
from resolvers.metadata.types import Metadata, ObjectMetadata, RulesetMetadata, SourceMetadata
from resolvers.principal import Scope


@strawberry.type
class MetadataQuery:
    """What can be asked of what there is."""

    @resolved(
        Scope.METADATA_READ,
        "What there is: the sources with their mappings and how many records they sent, the canonical model "
        "with what was added to it, and the versions of the ruleset.",
    )
    async def metadata(self, info: Info) -> Metadata:
        info.context.require(Scope.METADATA_READ)
        services = info.context.services
        catalogue = await services.catalogues.current()
        counted: dict[str, list[counts.RecordCount]] = {}
        for count in await counts.read(services.graph):
            counted.setdefault(count.source, []).append(count)
        return Metadata(
            version=catalogue.version,
            sources=[
                SourceMetadata.of(name, catalogue.sources.get(name), counted.get(name, ()))
                for name in sorted({*catalogue.sources, *counted})
            ],
            objects=[ObjectMetadata.of(item) for item in catalogue.registry.objects.values()],
            rulesets=[RulesetMetadata.of(item) for item in await rulesets.all_rulesets(services.graph)],
        )

    @resolved(
        Scope.PROFILE_READ,
        "A record of any object as it is stored, with its versions; null if it never came. One that was "
        "deleted is told of.",
    )
    async def source_record(
        self,
        info: Info,
        source: Annotated[str, strawberry.argument(description="The source that sent it.")],
        object: Annotated[
            str, strawberry.argument(description="The source's object, such as Individual or Visit__c.")
        ],
        record_id: Annotated[strawberry.ID, strawberry.argument(description="Its id in the source.")],
    ) -> StoredRecord | None:
        info.context.require(Scope.PROFILE_READ)
        services = info.context.services
        catalogue = await services.catalogues.current()
        name = object
        if source not in catalogue.sources and (found := catalogue.registry.find(object)) is not None:
            name = found.name
        record = await read_record(services.graph, str(RecordKey(source, name, record_id)))
        return None if record is None else StoredRecord.of(record)
