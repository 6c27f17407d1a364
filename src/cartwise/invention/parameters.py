"""The numbers an invented study is made from: read from this room's TOML files, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log
from typing import Any

from numpy.random import Generator

from cartwise.basis import UserError


@dataclass(frozen=True, slots=True)
class Parameters:
    """The entries of one design by topic and name, with the ways to draw from them."""

    entries: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def entry(self, topic: str, name: str) -> Mapping[str, Any]:
        """One entry as it stands in the file."""
        return self.entries[topic][name]

    def fixed(self, topic: str, name: str) -> float:
        """The middle of an entry, without drawing."""
        return float(self.entry(topic, name)["middle"])

    def draw(self, topic: str, name: str, rng: Generator) -> float:
        """One value by the entry's law."""
        return draw(self.entry(topic, name), rng)

    def chance(self, topic: str, name: str, rng: Generator) -> bool:
        """Whether an event with this probability happens."""
        return bool(rng.random() < self.fixed(topic, name))

    def one_of(self, topic: str, name: str, rng: Generator) -> str:
        """One of the weighted options of an entry."""
        options = self.entry(topic, name)["options"]
        weights = [float(weight) for weight in options.values()]
        return str(list(options)[pick(weights, rng)])


@dataclass(frozen=True, slots=True)
class Design:
    """A kind of study: how many patients, by which numbers, under which clinic policy."""

    name: str
    patients: int
    parameters: Parameters
    policy: Mapping[str, Any]


def draw(entry: Mapping[str, Any], rng: Generator) -> float:
    """One value by the law of an entry (fixed, uniform, normal or lognormal), held within its bounds."""
    low, high = float(entry.get("low", float("-inf"))), float(entry.get("high", float("inf")))
    match entry["law"]:
        case "uniform":
            return low + (high - low) * float(rng.random())
        case "normal":
            value = entry["middle"] + entry["spread"] * float(rng.standard_normal())
        case "lognormal":
            value = exp(log(entry["middle"]) + entry["spread"] * float(rng.standard_normal()))
        case _:
            value = entry["middle"]
    return min(max(float(value), low), high)


def pick(weights: list[float], rng: Generator) -> int:
    """The index that falls when each has this weight."""
    mark = float(rng.random()) * sum(weights)
    for index, weight in enumerate(weights):
        mark -= weight
        if mark < 0:
            return index
    return len(weights) - 1


def designs() -> tuple[str, ...]:
    """The names that `invent` knows."""
    return tuple(_read("parameters.toml")["designs"])


@cache
def design_named(name: str) -> Design:
    """The design of this name.

    Raises:
        UserError: there is none.
    """
    book = _read("parameters.toml")
    if name not in book["designs"]:
        raise UserError(f"There is no design {name!r}. Choose one of: {', '.join(designs())}.")
    plan = book["designs"][name]
    return Design(
        name,
        plan["patients"],
        Parameters(_overlaid(book, plan["layers"])),
        _read("policies.toml")[plan["policy"]],
    )


def _overlaid(book: Mapping[str, Any], layers: list[str]) -> dict[str, dict[str, Any]]:
    topics: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for topic, entries in book[layer].items():
            topics.setdefault(topic, {}).update(entries)
    return topics


@cache
def _read(file: str) -> dict[str, Any]:
    return tomllib.loads(files("cartwise.invention").joinpath(file).read_text(encoding="utf-8"))
