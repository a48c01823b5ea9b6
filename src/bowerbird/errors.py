"""What goes wrong inside the house, and what the operator can do about it."""

from collections.abc import Mapping
from types import MappingProxyType


class BowerbirdError(Exception):
    """Base of all own errors. `hint` tells the operator what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class LogUnavailableError(BowerbirdError):
    """The log did not take the events; none of them is durable. The sender may try again."""


class LogDamagedError(BowerbirdError):
    """A file of the log cannot be read, or rows are missing in it; `hint` names the file."""


class BusyError(BowerbirdError):
    """Too much is asked at once; asked again later, it is answered."""


class DataDirectoryBusyError(BowerbirdError):
    """Another process owns the part of the data directory that was asked for."""


class DataVersionError(BowerbirdError):
    """A file of the data directory was written by a version of Bowerbird that this one does not read."""


class WarehouseRejectedError(BowerbirdError):
    """The warehouse cannot take some rows of the batch; nothing of the batch was written."""

    def __init__(self, message: str, reasons: Mapping[str, str] = MappingProxyType({}), hint: str = "") -> None:
        super().__init__(message, hint)
        self.reasons = reasons
        """Why it cannot take a row, by event id; empty when it cannot tell which."""


class NotFoundError(BowerbirdError):
    """What was named does not exist."""


class ConflictError(BowerbirdError):
    """What was asked for contradicts what is there."""


class OutdatedError(ConflictError):
    """What is there is not what the change was made of: somebody else has changed it since."""


class SettingInvalidError(BowerbirdError):
    """A setting's name or value makes no sense."""


class QuestionInvalidError(BowerbirdError):
    """A question makes no sense, or names what is not there."""


class PersonalDataError(BowerbirdError):
    """The answer would tell what is marked as personal data to somebody who may not see it."""


class QuestionStoppedError(BowerbirdError):
    """A question ended before its answer: it took too long, or somebody cancelled it."""
