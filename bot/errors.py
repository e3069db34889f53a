"""The tree of our errors: every one says where, what is wrong and what to do next, in its reader's language.

GuiminError            whatever we can explain
├── KnowledgeError     a file in knowledge/ says something it may not (reader: staff, Chinese)
├── SetupError         the machine or its settings are not ready (reader: whoever runs it, Chinese)
├── CaseRefused        a case or conversation cannot be changed like that (reader: operators and staff, Chinese)
├── ValueRefused       a fact cannot have the value that was told (a code; its words stand in knowledge/prechecks.yaml)
└── MessageRefused     a citizen's message cannot be taken as it is (code and HTTP status; its words
                       stand in domain.yml under utter_refused_<code>)
"""


class GuiminError(Exception):
    """The base of all errors that are meant to be read by a person."""


class KnowledgeError(GuiminError):
    """A knowledge file cannot be used; the message names file, fault and remedy."""


class SetupError(GuiminError):
    """The machine is not ready; the message says what to do."""


class CaseRefused(GuiminError):
    """What somebody wants to do with a case or a conversation is not possible now; the message says why."""


class MessageRefused(GuiminError):
    """A message that is turned away at the door.

    `code` is one of empty, too_long, bad_request, forged_sender, wrong_type, unavailable.
    """

    def __init__(self, code: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class ValueRefused(GuiminError):
    """A value that a fact cannot have: negative income, age 200, a day that does not exist.

    `code` is one of unreadable, too_small, too_large, not_a_choice, no_such_day, later_than_today, unknown_region.
    """

    def __init__(self, code: str, fact: str, told: object) -> None:
        super().__init__(f"{fact}: {code}")
        self.code = code
        self.fact = fact
        self.told = told
