"""The same without a child process, where the platform cannot fork or somebody wants to step through."""

from collections.abc import Mapping

from tinyconv.check.answer import Answer
from tinyconv.check.calling import Request, answer, student_frames
from tinyconv.check.child import Load
from tinyconv.check.limits import Limits
from tinyconv.check.signature import Signature, signature_of


class Inline:
    """Runs functions in this process: errors are caught; time, memory and crashes are not."""

    isolated = False

    def __init__(self, load: Load, limits: Limits) -> None:
        self.complaint = ""
        try:
            self._functions, self.complaint = load()
        except Exception as error:
            self._functions, self.complaint = {}, student_frames(error)
        self.signatures: Mapping[str, Signature] = {
            name: signature_of(function) for name, function in self._functions.items()
        }

    def ask(self, request: Request, seconds: float) -> Answer:
        """Answer one request; the time is not limited."""
        return answer(self._functions, request)

    def close(self) -> int:
        """Do nothing: there is no process."""
        return 0
