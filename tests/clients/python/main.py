"""What a system does that keeps its providers in the registry, step by step: a program to copy from.

Its environment tells it DIGITUKI_URL, DIGITUKI_CLIENT_ID and DIGITUKI_CLIENT_SECRET. It removes what it creates.
"""

import asyncio
from datetime import date
from http import HTTPStatus
from uuid import UUID, uuid4

from attrs import evolve
from digituki import AuthenticatedClient
from digituki.api.changes import list_changes
from digituki.api.municipalities import list_municipalities
from digituki.api.organisations import list_organisations
from digituki.api.providers import change_provider, create_provider, delete_provider, get_provider, replace_provider
from digituki.models import (
    ChangeFeed,
    ContactInput,
    ExternalId,
    Language,
    MunicipalityList,
    NamesInput,
    NounName,
    OfferStatus,
    Operation,
    OrganisationList,
    OrganisationType,
    Provider,
    ProviderFacts,
    ProviderPatch,
    ProviderType,
)
from digituki.types import UNSET
from registry import granted, refused, sign_in


async def main() -> None:
    async with await sign_in() as registry:
        await walk_municipalities(registry)
        facts = ProviderFacts(
            organisation=await find_organisation(registry),
            provider_type=ProviderType.STATE_AGENCY,
            names=NamesInput(fi="Esimerkin digituki", sv="Exempel på digitalt stöd", en=None),
            contact=ContactInput(email="digituki@yhdistys.example", phone="+358295000"),
            languages=[Language.FI, Language.SV],
            municipality="837",
            regions=["06"],
            offer_status=OfferStatus.PUBLISHED,
            external_ids=[ExternalId(source="python", source_id=str(uuid4()))],
            valid_from=date(2020, 1, 1),
        )
        start = await read_feed(registry)
        id, etag = await create(registry, facts)

        changes, _ = await asyncio.gather(follow(registry, start, id), live_through(registry, id, etag, facts))
        assert changes == ["created 1", "updated 2", "updated 3", "deleted 4"], f"the feed said {changes}"
        print("the feed told every change, once and in order")


async def walk_municipalities(registry: AuthenticatedClient) -> None:
    codes: list[str] = []
    pages, total, cursor = 0, None, None
    while pages == 0 or cursor:
        answer = await list_municipalities.asyncio(
            client=registry, limit=100, cursor=cursor or UNSET, prefer="return=total-count"
        )
        page = granted(answer, MunicipalityList)
        codes += [municipality.code for municipality in page.items]
        pages, total, cursor = pages + 1, page.total, page.next_
    once = len(set(codes))
    assert len(codes) == total, f"the walk saw {len(codes)} municipalities of {total}"
    assert len(codes) == once, f"the walk saw {len(codes)} municipalities, and only {once} different ones"
    print(f"walked {total} municipalities on {pages} pages, each once")


async def find_organisation(registry: AuthenticatedClient) -> UUID:
    answer = await list_organisations.asyncio(client=registry, organisation_type=[OrganisationType.NATIONAL_AGENCY])
    agencies = granted(answer, OrganisationList).items
    assert len(agencies) == 1, f"there are {len(agencies)} national agencies"
    print(f"works for {agencies[0].names.fi}")
    return agencies[0].id


async def read_feed(registry: AuthenticatedClient) -> int:
    """Read the feed of providers to its end; a system that keeps a copy would apply what it reads."""
    after = 0
    while True:
        page = granted(await list_changes.asyncio(client=registry, after=after, noun=[NounName.PROVIDER]), ChangeFeed)
        after = page.last_seq
        if page.next_ is None:
            print(f"read the feed up to change {after}")
            return after


async def follow(registry: AuthenticatedClient, after: int, id: UUID) -> list[str]:
    """Follow the feed until the provider is deleted: what happened to it, and the version that came of it."""
    changes: list[str] = []
    while True:
        answer = await list_changes.asyncio(client=registry, after=after, noun=[NounName.PROVIDER], wait=10)
        page = granted(answer, ChangeFeed)
        assert page.items, "the feed was silent for ten seconds"
        for change in page.items:
            if change.id == str(id):
                print(f"the feed: change {change.seq}, {change.operation}, version {change.version}")
                changes.append(f"{change.operation} {change.version}")
                if change.operation is Operation.DELETED:
                    return changes
        after = page.last_seq


async def create(registry: AuthenticatedClient, facts: ProviderFacts) -> tuple[UUID, str]:
    key = str(uuid4())
    first = await create_provider.asyncio_detailed(client=registry, body=facts, idempotency_key=key)
    # As after an answer that was lost on its way: the key keeps it from being done twice.
    second = await create_provider.asyncio_detailed(client=registry, body=facts, idempotency_key=key)
    id, etag = granted(first.parsed, Provider).id, first.headers["ETag"]
    assert granted(second.parsed, Provider).id == id, "the same Idempotency-Key created two providers"
    assert second.headers["ETag"] == etag, "the same Idempotency-Key was answered in two ways"
    print(f"created {id}, sent twice and done once")
    return id, etag


async def live_through(registry: AuthenticatedClient, id: UUID, etag: str, facts: ProviderFacts) -> None:
    """Do all that happens to the provider after it was created, up to its end."""
    await read(registry, id, etag, facts)
    await patch(registry, id, etag)
    latest = await replace(registry, id, etag, evolve(facts, offer_status=OfferStatus.TEMPORARILY_CLOSED))
    await submit_faults(registry, facts)
    await remove(registry, id, latest)


async def read(registry: AuthenticatedClient, id: UUID, etag: str, facts: ProviderFacts) -> None:
    answer = await get_provider.asyncio_detailed(id, client=registry)
    provider = granted(answer.parsed, Provider)
    assert provider.names.fi == facts.names.fi, f"the provider is called {provider.names.fi}"
    assert answer.headers["ETag"] == etag, "the tag changed although the provider did not"
    again = await get_provider.asyncio_detailed(id, client=registry, if_none_match=etag)
    assert again.status_code == HTTPStatus.NOT_MODIFIED, f"what did not change was answered {again.status_code}"
    print(f"read {provider.names.fi}, freshness {provider.freshness}; asked again with its tag, {again.status_code}")


async def patch(registry: AuthenticatedClient, id: UUID, etag: str) -> None:
    changes = ProviderPatch(contact=ContactInput(phone=None), languages=[Language.FI, Language.SV, Language.EN])
    answer = await change_provider.asyncio(id, client=registry, body=changes, if_match=etag)
    provider = granted(answer, Provider)
    assert provider.contact, "the patch took the whole contact away"
    assert provider.contact.phone is None, f"the phone is still {provider.contact.phone}"
    assert provider.contact.email == "digituki@yhdistys.example", "the patch changed what it left out"
    print(f"patched to version {provider.version}: languages {', '.join(provider.languages)}, no phone")


async def replace(registry: AuthenticatedClient, id: UUID, etag: str, facts: ProviderFacts) -> str:
    """Replace the provider. These facts are kept here, so what changed them elsewhere is read and then overwritten."""
    stale = await replace_provider.asyncio(id, client=registry, body=facts, if_match=etag)
    problem = refused(stale)
    assert problem.code == "precondition_failed", f"a stale tag was answered {problem.code}"
    print(f"replaced with a stale tag: {problem.status} {problem.code}, {problem.detail}")

    fresh = (await get_provider.asyncio_detailed(id, client=registry)).headers["ETag"]
    answer = await replace_provider.asyncio_detailed(id, client=registry, body=facts, if_match=fresh)
    provider = granted(answer.parsed, Provider)
    assert provider.offer_status is facts.offer_status, f"the provider is {provider.offer_status}"
    print(f"replaced with a fresh tag: version {provider.version}, {provider.offer_status}")
    return answer.headers["ETag"]


async def submit_faults(registry: AuthenticatedClient, facts: ProviderFacts) -> None:
    faulty = evolve(
        facts,
        contact=ContactInput(email="digituki", phone="0295 000"),
        valid_from=date(2024, 2, 1),
        valid_to=date(2024, 1, 31),
    )
    answer = await create_provider.asyncio_detailed(client=registry, body=faulty, accept_language="fi")
    problem = refused(answer.parsed)
    pointers = sorted(fault.pointer or "" for fault in problem.errors)
    assert pointers == ["/contact/email", "/contact/phone", "/valid_to"], f"faults were found in {pointers}"
    language = answer.headers["Content-Language"]
    assert language == "fi", f"the problem is in the language {language}"
    print(f"refused: {problem.status} {problem.code}, {problem.title}")
    for fault in problem.errors:
        print(f"  {fault.pointer} {fault.code}: {fault.message}")


async def remove(registry: AuthenticatedClient, id: UUID, etag: str) -> None:
    deleted = await delete_provider.asyncio_detailed(id, client=registry, if_match=etag)
    assert deleted.status_code == HTTPStatus.NO_CONTENT, f"deleting was answered {deleted.status_code}"
    problem = refused(await get_provider.asyncio(id, client=registry))
    assert problem.code == "not_found", f"what was deleted is answered {problem.code}"
    print("deleted, and not found any more")


asyncio.run(main())
