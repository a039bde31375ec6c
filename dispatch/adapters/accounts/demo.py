"""Make the accounts to try: for every seat, vehicle and hospital, all with one password. Only in the demo."""

import asyncio
from collections.abc import Iterator
from typing import Final

from dispatch.adapters.accounts.access import hash_password
from dispatch.adapters.accounts.storage import Account, AccountStore
from dispatch.adapters.parts import DemoAccount
from dispatch.errors import BadInput
from dispatch.state.city import City
from dispatch.words import Role

DEMO_PASSWORD: Final = "demo"  # noqa: S105 - shown on the door page of a server that only this machine can reach
CONSOLE, CREW, WALL = "/console/", "/crew/", "/wall/"

_SEATS: Final = (
    DemoAccount("dispatcher1", DEMO_PASSWORD, Role.DISPATCHER, CONSOLE, "调度席 1", "Dispatcher 1"),
    DemoAccount("taker1", DEMO_PASSWORD, Role.CALL_TAKER, CONSOLE, "受理席 1", "Call-taker 1"),
    DemoAccount("supervisor1", DEMO_PASSWORD, Role.SUPERVISOR, CONSOLE, "班长席", "Supervisor"),
    DemoAccount("physician1", DEMO_PASSWORD, Role.REMOTE_PHYSICIAN, WALL, "远程医师", "Remote physician"),
    DemoAccount("exchange", DEMO_PASSWORD, Role.SERVICE, "", "电话交换机", "Telephone exchange"),
    DemoAccount("admin", DEMO_PASSWORD, Role.ADMIN, "", "管理员", "Administrator"),
)


def demo_accounts(city: City) -> tuple[DemoAccount, ...]:
    """Return the list for the door page: seats, then centres, then units."""
    centers = (
        DemoAccount(_dept(each.id), DEMO_PASSWORD, Role.DEPARTMENT, WALL, each.name, each.name)
        for each in sorted(city.centers.values(), key=lambda row: row.id)
    )
    units = (
        DemoAccount(_crew(each.id), DEMO_PASSWORD, Role.CREW, CREW, each.call_sign, each.call_sign)
        for each in sorted(city.units.values(), key=lambda row: row.id)
    )
    return (*_SEATS, *centers, *units)


async def open_demo(store: AccountStore, city: City) -> tuple[DemoAccount, ...]:
    """Make the accounts that are missing; the one password is hashed once in the life of a data directory.

    Raises
    ------
    BadInput
        The directory holds accounts of people: the demo must not open its doors to them.
    """
    known = await asyncio.to_thread(store.accounts)
    wanted = {account.account: account for account in _accounts(city)}
    people = [each.account for each in known if each.account not in wanted]
    if people:
        raise BadInput(f"this data directory is in real use (account {people[0]}): start the demo in another one")
    missing = [wanted[name] for name in wanted.keys() - {each.account for each in known}]
    if missing:
        shared = await asyncio.to_thread(store.with_hash, known[0].account) if known else None
        hashed = shared[1] if shared else await asyncio.to_thread(hash_password, DEMO_PASSWORD)
        await asyncio.to_thread(store.add, missing, hashed)
    return demo_accounts(city)


def _accounts(city: City) -> Iterator[Account]:
    for row in _SEATS:
        yield Account(row.account, row.label_zh, Role(row.role))
    for center in city.centers.values():
        yield Account(_dept(center.id), center.name, Role.DEPARTMENT, center_id=center.id)
    for unit in city.units.values():
        yield Account(_crew(unit.id), unit.call_sign, Role.CREW, unit_id=unit.id)


def _crew(unit_id: str) -> str:
    return f"crew-{unit_id.lower()}"


def _dept(center_id: str) -> str:
    return f"dept-{center_id.lower()}"
