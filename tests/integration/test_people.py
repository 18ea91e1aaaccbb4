"""Accounts, sessions, records and changes in a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.records.refusals import StepRefused
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import Action, ProcessStep
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Title
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.audit import page as audit_page
from callcenter.store.conflicts import KeyReused, Missing, NotAllowed, Outdated
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState, listed
from callcenter.store.decisions.violations import Filing, RecordQuery, act, counted, get, get_for, history, page, put
from callcenter.store.idempotency import KEPT_FOR, KeptAnswer, KeyedRequest, fingerprint, recall, remember
from callcenter.store.sign_in.accounts import (
    Accounts,
    NewAccount,
    get_account,
    list_accounts,
)
from callcenter.store.sign_in.sessions import FREE_ATTEMPTS, Lifetimes, Session, Sessions, SignInBlocked, SignInRefused
from callcenter.usecases.change_rules import Grounds, decide
from callcenter.usecases.change_rules import propose as propose_change
from callcenter.usecases.keep_accounts import add_account, change_account
from tests.integration.office import PASSWORD, QUICK, dossier, hire, opened, propose, settings_of
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import (
    ALICE,
    BOB,
    DAY,
    HR,
    LEADER,
    MANAGER,
    MONDAY,
    QA,
    SUPERVISOR,
    TERMS,
    record,
    step,
)

pytestmark = pytest.mark.usefixtures("database")

BOOK = load_rulebook()

MINUTE: Micros = 60 * SECOND
LIVES = Lifetimes()


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as decisions:
        yield decisions


@pytest.fixture
async def sessions(decisions: DecisionStore) -> Sessions:
    await hire(decisions, "sun", Role.SUPERVISOR)
    return Sessions(decisions, Accounts(QUICK), LIVES)


async def audited(decisions: DecisionStore) -> list[tuple[str, str, str]]:
    async with decisions.reading() as connection:
        return [(e.told.actor, e.told.action, e.told.subject) for e in await audit_page(connection, 0, 1000)]


async def did(decisions: DecisionStore, number: str, *steps: ProcessStep) -> None:
    for one in steps:
        async with decisions.writing() as unit:
            await act(unit, number, None, one, TERMS)


class TestAccounts:
    async def test_account_is_what_was_said_of_it(self, decisions: DecisionStore) -> None:
        account = await hire(decisions, "alice", Role.AGENT, agent="Alice", team="hotline")
        assert (account.person, account.version) == (ALICE, 1)
        assert await audited(decisions) == [("console:root", "add", "alice")]

    async def test_password_is_kept_as_argon2id_alone(self, decisions: DecisionStore, tmp_path: Path) -> None:
        hashed = await Accounts().hashed("alice", PASSWORD)
        async with decisions.writing() as unit:
            await add_account(unit, NewAccount(name="alice", full_name="A", role=Role.AGENT), hashed, "x", MONDAY, None)
        ((kept,),) = DATABASES.sql(settings_of(tmp_path), "SELECT password FROM accounts")
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")

    @pytest.mark.parametrize("password", ["short", "x" * 129, "my-Alice-password"])
    async def test_weak_password_is_refused(self, password: str) -> None:
        with pytest.raises(BadInput, match="a password"):
            await Accounts(QUICK).hashed("alice", password)

    @pytest.mark.parametrize("name", ["", "Alice", "a b", "a:b", "service", "x" * 33, "-a", "a\n"])
    async def test_name_that_is_none_is_refused(self, decisions: DecisionStore, name: str) -> None:
        with pytest.raises(BadInput, match="no name for an account"):
            await hire(decisions, name, Role.AGENT)

    async def test_name_and_agent_are_taken_once(self, decisions: DecisionStore) -> None:
        await hire(decisions, "alice", Role.AGENT, agent="Alice")
        with pytest.raises(BadInput, match="there is an account alice already"):
            await hire(decisions, "alice", Role.AGENT)
        with pytest.raises(BadInput, match="account alice is agent Alice already"):
            await hire(decisions, "alice2", Role.AGENT, agent="Alice")

    async def test_control_characters_stay_out(self, decisions: DecisionStore) -> None:
        with pytest.raises(BadInput, match="control character"):
            await hire(decisions, "alice", Role.AGENT, agent="Ali\nce")

    async def test_last_administrator_stays(self, decisions: DecisionStore) -> None:
        await hire(decisions, "root", Role.ADMIN)
        await hire(decisions, "root2", Role.ADMIN)

        async def disable(name: str) -> None:
            async with decisions.writing() as unit:
                await change_account(unit, name, {"disabled_at": MONDAY}, None, "console:root", MONDAY, None)

        await disable("root2")
        with pytest.raises(BadInput, match="last administrator"):
            await disable("root")
        async with decisions.reading() as connection:
            assert [a.disabled_at for a in await list_accounts(connection)] == [None, MONDAY]

    async def test_second_of_two_changes_at_once_is_refused(self, decisions: DecisionStore) -> None:
        await hire(decisions, "alice", Role.AGENT)

        async def change(team: str) -> None:
            async with decisions.writing() as unit:
                await change_account(unit, "alice", {"team": team}, 1, "root", MONDAY, None)

        results = await asyncio.gather(change("a"), change("b"), return_exceptions=True)
        assert [type(r) for r in results if r is not None] == [Outdated]
        async with decisions.reading() as connection:
            assert (await get_account(connection, "alice")).version == 2


class TestSessions:
    async def test_token_finds_its_session_until_sign_out(self, sessions: Sessions) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        assert session.token is not None
        found = await sessions.resume(session.token, MONDAY + 1)
        assert (found and found.account.name, found and found.token) == ("sun", None)
        await sessions.sign_out(session, MONDAY + 2)
        assert await sessions.resume(session.token, MONDAY + 3) is None

    async def test_token_is_not_in_the_database(self, sessions: Sessions, tmp_path: Path) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        assert session.token is not None
        await sessions._decisions.close()
        files = [file.read_bytes() for file in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))]
        assert not any(session.token.encode() in content for content in files)

    async def test_every_sign_in_has_a_token_of_its_own(self, sessions: Sessions) -> None:
        one, two = [await sessions.sign_in("sun", PASSWORD, MONDAY + n) for n in range(2)]
        assert len({one.token, two.token, one.csrf, two.csrf, one.id, two.id}) == 6

    @pytest.mark.parametrize(
        ("name", "password"), [("sun", "wrong password!"), ("nobody", PASSWORD), ("sun", "x" * 5000)]
    )
    async def test_wrong_name_and_wrong_password_sound_the_same(
        self, sessions: Sessions, name: str, password: str
    ) -> None:
        with pytest.raises(SignInRefused, match="the name or the password is wrong"):
            await sessions.sign_in(name, password, MONDAY)

    async def test_session_ends_when_idle_and_after_its_whole_life(self, sessions: Sessions) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        assert session.token is not None
        assert await sessions.resume(session.token, MONDAY + LIVES.idle) is None
        assert await sessions.resume(session.token, MONDAY + LIVES.whole) is None

    async def test_requests_keep_a_session_alive_and_its_token_changes(self, sessions: Sessions) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        first = session.token
        assert first is not None
        assert await sessions.resume(first, MONDAY + 29 * MINUTE) is not None
        assert await sessions.resume(first, MONDAY + 58 * MINUTE) is not None
        rotated = await sessions.resume(first, MONDAY + 61 * MINUTE)
        assert rotated is not None
        assert rotated.token not in {None, first}
        assert await sessions.resume(first, MONDAY + 61 * MINUTE + SECOND) is not None  # requests already under way
        assert await sessions.resume(first, MONDAY + 62 * MINUTE) is None

    async def test_two_requests_at_once_get_one_new_token(self, sessions: Sessions) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        token = session.token
        assert token is not None
        await sessions.resume(token, MONDAY + 20 * MINUTE)
        await sessions.resume(token, MONDAY + 45 * MINUTE)
        both = await asyncio.gather(*(sessions.resume(token, MONDAY + 61 * MINUTE) for _ in range(2)))
        assert len([one for one in both if one is not None and one.token is not None]) == 1

    async def test_change_of_an_account_signs_it_out(self, decisions: DecisionStore, sessions: Sessions) -> None:
        session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        async with decisions.writing() as unit:
            await change_account(unit, "sun", {"role": Role.AGENT}, None, "root", MONDAY, None)
        assert session.token is not None
        assert await sessions.resume(session.token, MONDAY + 1) is None

    async def test_disabled_account_cannot_sign_in(self, decisions: DecisionStore, sessions: Sessions) -> None:
        async with decisions.writing() as unit:
            await change_account(unit, "sun", {"disabled_at": MONDAY}, None, "console:root", MONDAY, None)
        with pytest.raises(SignInRefused):
            await sessions.sign_in("sun", PASSWORD, MONDAY)

    @pytest.mark.parametrize("name", ["sun", "nobody"])
    async def test_guessing_is_blocked_whether_or_not_the_account_exists(self, sessions: Sessions, name: str) -> None:
        for _ in range(FREE_ATTEMPTS):
            with pytest.raises(SignInRefused):
                await sessions.sign_in(name, "wrong password!", MONDAY)
        with pytest.raises(SignInBlocked, match="try again in 30 s"):
            await sessions.sign_in(name, PASSWORD, MONDAY)

    async def test_block_ends_and_the_next_is_longer(self, decisions: DecisionStore) -> None:
        await hire(decisions, "sun", Role.SUPERVISOR)
        now = MONDAY
        sessions = Sessions(decisions, Accounts(QUICK), LIVES, lambda: now)
        for n in range(FREE_ATTEMPTS):
            with pytest.raises(SignInRefused):
                await sessions.sign_in("sun", "wrong password!", MONDAY + n)
        now = later = MONDAY + MINUTE
        with pytest.raises(SignInRefused):
            await sessions.sign_in("sun", "wrong password!", later)
        with pytest.raises(SignInBlocked, match="try again in 60 s"):
            await sessions.sign_in("sun", PASSWORD, later)
        now += MINUTE
        assert (await sessions.sign_in("sun", PASSWORD, now)).account.name == "sun"

    async def test_right_password_forgets_the_wrong_ones(self, sessions: Sessions) -> None:
        for n in range(3 * FREE_ATTEMPTS):
            with pytest.raises(SignInRefused):
                await sessions.sign_in("sun", "wrong password!", MONDAY + n)
            await sessions.sign_in("sun", PASSWORD, MONDAY + n)

    async def test_many_guesses_at_once_are_counted_one_by_one(self, sessions: Sessions) -> None:
        guesses = [sessions.sign_in("sun", "wrong password!", MONDAY) for _ in range(20)]
        results = await asyncio.gather(*guesses, return_exceptions=True)
        assert sorted(type(r).__name__ for r in results) == ["SignInBlocked"] * 15 + ["SignInRefused"] * 5

    async def test_names_that_nobody_has_fill_bounded_memory_and_no_log(
        self, decisions: DecisionStore, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callcenter.store.sign_in.throttle._KEPT", 7)
        before = await audited(decisions)
        for n in range(20):
            with pytest.raises(SignInRefused):
                await sessions.sign_in(f"{n}" * 300, "wrong password!", MONDAY)
        assert (len(sessions._throttle._tries), await audited(decisions)) == (7, before)

    async def test_sign_ins_are_audited(self, decisions: DecisionStore, sessions: Sessions) -> None:
        with pytest.raises(SignInRefused):
            await sessions.sign_in("sun", "wrong password!", MONDAY)
        session: Session = await sessions.sign_in("sun", PASSWORD, MONDAY)
        await sessions.sign_out(session, MONDAY)
        assert [action for _, action, _ in await audited(decisions)] == ["add", "sign_in_failed", "sign_in", "sign_out"]


class TestViolations:
    async def test_same_record_again_changes_nothing(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            kept = [await put(unit, dossier(), record(), MONDAY + n) for n in range(2)]
        assert kept == [Filing.NEW, Filing.SAME]
        assert len(await audited(decisions)) == 1

    async def test_record_derived_anew_replaces_one_that_nobody_was_told_of(self, decisions: DecisionStore) -> None:
        number = await propose(decisions, standing=record(verdict=Verdict.UNDETERMINED))
        async with decisions.writing() as unit:
            assert await put(unit, dossier(), record(), MONDAY) is Filing.RENEWED
        async with decisions.reading() as connection:
            assert (await get(connection, number)).standing.verdict is Verdict.PROPOSED

    async def test_record_derived_anew_leaves_one_that_people_work_on(self, decisions: DecisionStore) -> None:
        number = await propose(decisions)
        await did(decisions, number, step(Action.NOTIFY, LEADER))
        async with decisions.writing() as unit:
            other = dossier(why=Title("另", "other"))
            assert await put(unit, other, record(), MONDAY) is Filing.DIFFERS
        async with decisions.reading() as connection:
            kept = await get(connection, number)
        assert (kept.standing.state, kept.dossier) == (RecordState.NOTIFIED, dossier())

    async def test_steps_are_in_the_history_and_in_the_audit_log(self, decisions: DecisionStore) -> None:
        number = await propose(decisions)
        await did(decisions, number, step(Action.NOTIFY, LEADER), step(Action.EXPLAIN, ALICE, note="the phone froze"))
        async with decisions.reading() as connection:
            entries = await history(connection, number)
        assert [(e.action, e.by, e.note) for e in entries] == [
            (Action.NOTIFY, "li", "because"),
            (Action.EXPLAIN, "alice", "the phone froze"),
        ]
        assert await audited(decisions) == [
            (SERVICE, "propose", number),
            ("li", "notify", number),
            ("alice", "explain", number),
        ]

    async def test_refused_step_leaves_no_trace(self, decisions: DecisionStore) -> None:
        number = await propose(decisions)
        with pytest.raises(StepRefused):
            await did(decisions, number, step(Action.CONFIRM, SUPERVISOR))
        async with decisions.reading() as connection:
            assert ((await get(connection, number)).version, await history(connection, number)) == (1, [])
        assert len(await audited(decisions)) == 1

    async def test_two_people_at_once_have_one_effect(self, decisions: DecisionStore) -> None:
        number = await propose(decisions)
        await did(decisions, number, step(Action.NOTIFY, LEADER), step(Action.EXPLAIN, ALICE))

        async def decided(action: Action, who: Any) -> None:
            async with decisions.writing() as unit:
                await act(unit, number, 3, step(action, who), TERMS)

        both = await asyncio.gather(
            decided(Action.CONFIRM, SUPERVISOR), decided(Action.OVERTURN, MANAGER), return_exceptions=True
        )
        assert [type(r) for r in both if r is not None] == [Outdated]
        async with decisions.reading() as connection:
            assert len(await history(connection, number)) == 3

    async def test_unknown_record_is_missing(self, decisions: DecisionStore) -> None:
        with pytest.raises(Missing):
            await did(decisions, "0" * 32, step(Action.NOTIFY, LEADER))

    async def test_pages_follow_each_other_without_gap_or_repeat(self, decisions: DecisionStore) -> None:
        for n in range(7):
            await propose(decisions, n, at=MONDAY + n // 3)  # several at the same moment
        seen: list[str] = []
        before: tuple[Micros, str] | None = None
        async with decisions.reading() as connection:
            while found := await page(connection, MANAGER, RecordQuery(), before, 2):
                seen += [one.dossier.id for one in found]
                before = found[-1].sort_at, found[-1].dossier.id
        assert seen == [dossier(n).id for n in reversed(range(7))]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (RecordQuery(agent="Bob"), [2]),
            (RecordQuery(rule="V-EAT"), [3]),
            (RecordQuery(state=RecordState.NOTIFIED), [1]),
            (RecordQuery(verdict=Verdict.EXCUSED), [4]),
            (RecordQuery(since=MONDAY + 3), [4, 3]),
            (RecordQuery(until=MONDAY + 3), [2, 1]),
            (RecordQuery(agent="Alice", since=MONDAY + 2, until=MONDAY + 4), [3]),
        ],
    )
    async def test_filters(self, decisions: DecisionStore, wanted: RecordQuery, expected: list[int]) -> None:
        await did(decisions, await propose(decisions, 1), step(Action.NOTIFY, LEADER))
        await propose(decisions, 2, agent="Bob")
        await propose(decisions, 3, rule="V-EAT")
        await propose(decisions, 4, standing=record(verdict=Verdict.EXCUSED))
        async with decisions.reading() as connection:
            found = await page(connection, MANAGER, wanted, None, 10)
        assert [int(one.dossier.id, 16) for one in found] == expected

    @pytest.mark.parametrize(
        ("person", "expected"),
        [
            (ALICE, [1]),
            (BOB, [2]),
            (LEADER, [2, 1]),
            (msgspec.structs.replace(LEADER, team=None), []),
            (SUPERVISOR, [3, 2, 1]),
            (HR, [3, 2, 1]),
            (QA, [3, 2, 1]),
            (msgspec.structs.replace(MANAGER, role=Role.ADMIN), [4, 3, 2, 1]),
        ],
    )
    async def test_everybody_sees_what_they_may_in_the_list_and_one_by_one(
        self, decisions: DecisionStore, person: Any, expected: list[int]
    ) -> None:
        await propose(decisions, 1, standing=record(notified_at=MONDAY))
        await propose(decisions, 2, agent="Bob", standing=record(agent="Bob", notified_at=MONDAY))
        await propose(decisions, 3, agent="Zoe", team="orders")
        await propose(decisions, 4, standing=record(mode=Mode.SHADOW))
        async with decisions.reading() as connection:
            found = [int(one.dossier.id, 16) for one in await page(connection, person, RecordQuery(), None, 10)]
            refused = [n for n in range(1, 5) if not await sees(connection, n, person)]
        assert (found, sorted(found + refused)) == (expected, [1, 2, 3, 4])

    async def test_only_what_stands_is_counted(self, decisions: DecisionStore) -> None:
        hearing = [step(Action.NOTIFY, LEADER), step(Action.EXPLAIN, ALICE)]
        confirmed = [*hearing, step(Action.CONFIRM, SUPERVISOR)]
        appealed = [*confirmed, step(Action.APPEAL, ALICE)]
        overturned = [*appealed, step(Action.OVERTURN, MANAGER)]
        for n, steps in enumerate([[], hearing, confirmed, appealed, overturned], 1):
            await did(decisions, await propose(decisions, n), *steps)
        async with decisions.reading() as connection:
            found = await counted(connection, "Alice", MONDAY, MONDAY + DAY)
        assert [(int(r.dossier.id, 16), r.standing.counted) for r in found] == [(3, 2)]


async def sees(connection: Any, number: int, person: Any) -> bool:
    try:
        await get_for(connection, dossier(number).id, person)
    except Missing:
        return False
    return True


class TestAnswers:
    ASKED = KeyedRequest(account="sun", key="k", request=fingerprint(b"POST", b"/a", b"{}"), at=MONDAY)
    ANSWER = KeptAnswer(status=200, etag='"2"', body="{}")

    async def test_same_request_has_the_same_answer(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            assert await recall(unit, self.ASKED) is None
            await remember(unit, self.ASKED, self.ANSWER)
        async with decisions.writing() as unit:
            assert await recall(unit, self.ASKED) == self.ANSWER

    async def test_other_request_with_the_same_key_is_refused(self, decisions: DecisionStore) -> None:
        other = msgspec.structs.replace(self.ASKED, request=fingerprint(b"POST", b"/b", b"{}"))
        async with decisions.writing() as unit:
            await remember(unit, self.ASKED, self.ANSWER)
            with pytest.raises(KeyReused):
                await recall(unit, other)

    async def test_key_is_its_account_s_own_and_is_forgotten_in_time(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            await remember(unit, self.ASKED, self.ANSWER)
            assert await recall(unit, msgspec.structs.replace(self.ASKED, account="ma")) is None
            assert await recall(unit, msgspec.structs.replace(self.ASKED, at=MONDAY + KEPT_FOR + 1)) is None

    def test_fingerprint_tells_apart_what_joins_to_the_same_bytes(self) -> None:
        assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")


class TestChanges:
    CHANGE = Change(
        id="1" * 32,
        kind=ChangeKind.AMOUNT,
        subject="pay_per_point",
        content={"yuan": 10},
        reason="as agreed",
        proposed_by="ma",
        proposed_at=MONDAY,
    )

    async def test_change_takes_two_people(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            await propose_change(unit, self.CHANGE, MANAGER, Grounds(BOOK))
        async with decisions.writing() as unit:
            with pytest.raises(BadInput, match="who proposed a change does not decide on it"):
                await decide(unit, self.CHANGE.id, 1, ChangeState.APPROVED, MANAGER, MONDAY, Grounds(BOOK))
            done = await decide(unit, self.CHANGE.id, 1, ChangeState.APPROVED, HR, MONDAY + 1, Grounds(BOOK))
        async with decisions.reading() as connection:
            assert await listed(connection, ChangeState.APPROVED, 10) == [done]
            assert await listed(connection, ChangeState.PROPOSED, 10) == []
        assert (done.state, done.decided_by, done.content) == (ChangeState.APPROVED, "hua", {"yuan": 10})

    async def test_change_is_for_those_who_may(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            with pytest.raises(NotAllowed, match="a quality inspector may not do this here"):
                await propose_change(unit, self.CHANGE, QA, Grounds(BOOK))
            await propose_change(unit, self.CHANGE, MANAGER, Grounds(BOOK))
            with pytest.raises(NotAllowed, match="a supervisor may not do this here"):
                await decide(unit, self.CHANGE.id, 1, ChangeState.APPROVED, SUPERVISOR, MONDAY, Grounds(BOOK))

    async def test_change_is_decided_once(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            await propose_change(unit, self.CHANGE, MANAGER, Grounds(BOOK))
            await decide(unit, self.CHANGE.id, 1, ChangeState.REJECTED, HR, MONDAY, Grounds(BOOK))
            with pytest.raises(Outdated):
                await decide(unit, self.CHANGE.id, 1, ChangeState.APPROVED, HR, MONDAY, Grounds(BOOK))
            with pytest.raises(BadInput, match="rejected already"):
                await decide(unit, self.CHANGE.id, 2, ChangeState.APPROVED, HR, MONDAY, Grounds(BOOK))

    async def test_unknown_change_is_missing(self, decisions: DecisionStore) -> None:
        async with decisions.writing() as unit:
            with pytest.raises(Missing):
                await decide(unit, "0" * 32, 1, ChangeState.APPROVED, MANAGER, MONDAY, Grounds(BOOK))
