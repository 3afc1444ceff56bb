"""What was typed wrong, in our own words: Typer knows it, but says it in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.errors import NotFoundError, nearest

if TYPE_CHECKING:
    import typer

    from handrail.cli.session import Session

__all__ = ["usage_words"]


def usage_words(fault: typer.TyperException, session: Session) -> str:
    """Return what to say; Typer's own words only for what none of our commands can meet."""
    option = getattr(fault, "option_name", None)
    if type(fault).__name__ == "NoSuchOption" and option is not None:
        known = _options(getattr(fault, "ctx", None))
        return NotFoundError("option", option, known).words(session.lang)
    parameter = getattr(fault, "param", None)
    if type(fault).__name__ == "MissingParameter" and parameter is not None:
        return session.say("{name} is missing", name=_name(parameter))
    text = fault.format_message()
    return _about_words(fault, text, session) or text[:1].lower() + text[1:].rstrip(".")


def _about_words(fault: typer.TyperException, text: str, session: Session) -> str | None:
    parameter = getattr(fault, "param", None)
    if parameter is not None:
        return _value(parameter, fault.message, session)
    if type(fault).__name__ == "BadOptionUsage":
        option = getattr(fault, "option_name", "")
        if "requires" in text:
            return session.say("{option} needs a value after it", option=option)
        return session.say("{option} takes no value", option=option)
    if text.startswith("Got unexpected extra argument"):
        extra = text.partition("(")[2].partition("(")[2] or text.partition("(")[2]
        return session.say("there is nothing to do with “{words}”", words=extra.rstrip(".)"))
    return None


def _value(parameter: Any, message: str, session: Session) -> str | None:
    """What a parameter was given (which Typer says in its words alone), and what it takes."""
    given = message.partition(" is not ")[0].strip("'")
    about = {"option": _name(parameter, bare=True), "given": given}
    choices = [str(one) for one in getattr(parameter.type, "choices", ())]
    if choices:
        return _choice(choices, about, session)
    if not parameter.type.name.startswith("int"):
        return None
    least, most = (getattr(parameter.type, end, None) for end in ("min", "max"))
    if least is None:
        return session.say("{option} needs a whole number, not “{given}”", **about)
    if most is None:
        template = "{option} needs a whole number, {least} or more, not “{given}”"
        return session.say(template, least=least, **about)
    template = "{option} needs a whole number from {least} to {most}, not “{given}”"
    return session.say(template, least=least, most=most, **about)


def _choice(choices: list[str], about: dict[str, str], session: Session) -> str:
    known, near = ", ".join(choices), ", ".join(nearest(about["given"], choices))
    if near:
        template = "{option} takes one of {known}, not “{given}”; did you mean {near}?"
        return session.say(template, known=known, near=near, **about)
    return session.say("{option} takes one of {known}, not “{given}”", known=known, **about)


def _name(parameter: Any, *, bare: bool = False) -> str:
    """How an argument or an option is named where it is asked for."""
    metavar = parameter.metavar or ""
    if parameter.param_type_name != "option":
        return metavar or str(parameter.opts[0])
    return parameter.opts[0] if bare else f"{parameter.opts[0]} {metavar}".strip()


def _options(context: Any) -> list[str]:
    """Every option of the command that was typed."""
    parameters = context.command.params if context else ()
    return [option for parameter in parameters for option in parameter.opts]
