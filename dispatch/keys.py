"""Have keys ready before words are sealed: many callers share one durable write; the desk never waits for a disk."""

import asyncio
from collections.abc import Collection

from dispatch import commands as c
from dispatch.ports import Keyring

# Commands whose facts can hold typed words, in call order; any other that ever does is sealed all the same, but slower.
WITH_WORDS: frozenset[type] = frozenset(
    {c.CloseRoad, c.SlowRoads, c.LiftRoadMeasure}
    | {c.ReportLineEvent, c.MarkNumber, c.LiftMark}
    | {c.ReceiveCall, c.TakeWords, c.RecordStep, c.RecordCallBack, c.ExportRecord, c.LinkCall, c.WriteNote}
    | {c.IdentifyPatient}
    | {c.Locate, c.ReportPosition, c.NoteIndoors}
    | {c.SendLink, c.WriteMessage}
    | {c.SetPriority}
    | {c.ConfirmService, c.ClearScene}
    | {c.StandDownUnit}
    | {c.AssignUnit, c.DivertUnit, c.ReplaceUnit, c.EndAssignment, c.CloseIncident, c.ReopenIncident}
    | {c.HoldIncident, c.ReviewHeld}
    | {c.SignOn, c.TakeOutOfService}
    | {c.ReadEcg, c.GiveTreatment, c.EndPatient}
    | {c.ChooseDestination, c.PreAlert, c.CancelActivation, c.ReportCenterStatus}
    | {c.CorrectResource}
    | {c.ListMember, c.SubscribePush, c.AnswerSummons}
    | {c.ChooseDoor, c.RecordConsent, c.MergeRegistration}
    | {c.RequestAdvice, c.JoinPatient, c.SendReaderLink, c.OpenReaderLink, c.WriteToTeam}
    | {c.GiveOrder, c.AnswerOrder, c.WithdrawOrder}
    | {c.CompleteHandoff, c.SignHandoff, c.DisputeHandoff, c.CorrectTimePoint}
    | {c.ExportPatient, c.SealRecord, c.UnsealRecord}
    | {c.FinishTask}
)


class KeyQueue:
    """Ask a keyring for the keys of many commands at once; lives on one event loop."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wanted: set[str] = set()
        self._cutting: asyncio.Task[None] | None = None

    async def ready(self, subjects: Collection[str]) -> None:
        """Return when the keys of these subjects are at hand; raise what keeps the key store from it."""
        while missing := self._keyring.missing(subjects):
            self._wanted |= missing
            if self._cutting is None or self._cutting.done():
                self._cutting = asyncio.create_task(self._cut())
            await asyncio.shield(self._cutting)

    async def _cut(self) -> None:
        await asyncio.sleep(0)  # let everybody who is about to ask join this write
        wanted, self._wanted = self._wanted, set()
        await asyncio.to_thread(self._keyring.prepare, wanted)
