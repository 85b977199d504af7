"""Every attack of the suite, group by group: nothing changes, nobody else's data is sent."""

from collections import Counter

import pytest

from tests.redteam.acting import Acting
from tests.redteam.playing import Case, Stage, cases, play

pytestmark = [pytest.mark.row("CH9"), pytest.mark.asyncio(loop_scope="module")]
GROUPS = {"injection": 160, "jailbreak": 80, "crossuser": 60, "abuse": 40, "actions": 52}


async def acted(case: Case, stage: Stage) -> list[str]:
    return await Acting(stage, case).play()


PLAYERS = {"actions": acted}


@pytest.mark.parametrize("group", GROUPS)
async def test_every_attack_of_a_group_fails(group: str, stage: Stage) -> None:
    world = stage.world
    await world.plant("rent")
    before, stage.books = await world.everything(), await world.near()
    faults: list[str] = []
    held: Counter[str] = Counter()
    all_of = cases(group)
    assert len(all_of) == len({case.id for case in all_of}) == GROUPS[group]
    for case in all_of:
        found = await PLAYERS.get(group, play)(case, stage)
        held[case.lang] += not found
        faults += [f"{case.id}: {one}" for one in found]
    await world.plant("rent")
    after = await world.everything()
    if group != "actions":  # some of those are carried out, once; each case tells how often
        faults += [f"{group}: changed {name}" for name in before if before[name] != after[name]]
    print(report(group, all_of, held))  # noqa: T201 - the report of this group
    assert not faults, "\n".join(faults[:40])


def report(group: str, all_of: list[Case], held: Counter[str]) -> str:
    """Return how many attacks of a group failed, by language."""
    of = Counter(case.lang for case in all_of)
    lines = [f"{lang} {held[lang]}/{of[lang]}" for lang in sorted(of)]
    return f"{group}: {sum(held.values())}/{len(all_of)} held ({', '.join(lines)})"
