"""The agents: what each does now and did today; for those who may see it, never on a wall."""

from __future__ import annotations

from metrics.walls.figures import NOT_SEEN
from metrics.walls.panels import Colour, Dashboard, Panel, Query, Words
from metrics.walls.promql import gauge, most, series, share, total
from metrics.walls.values import CODES, NO_YES, OFFERS, STATE_CODES, STATES, TEAMS

_OFFLINE = Words("无人签入", "nobody is signed in")
_NO_OFFERS = Words("暂无派线", "no offers yet")
_BUSY = 'state=~"talking|wrap_up|ringing"'
_THERE = 'state!~"offline|paused|system_paused|unknown"'
_OCCUPANCY = Words(
    "工时利用率 = (通话 + 话后处理 + 振铃) / (签入 - 小休)",
    "occupancy = (talk + wrap-up + ringing) / (signed in - paused)",
)


def _coded() -> str:
    """Give each agent one series whose value stands for the state that the agent is in."""
    states = (
        f"max by (agent) (({series('agent_state', _is(state))} == 1) * {code})"
        if code != 1
        else f"max by (agent) ({series('agent_state', _is(state))} == 1)"
        for state, code in CODES.items()
    )
    return " or ".join(states)


def _is(state: str) -> str:
    return f'state="{state}"'


AGENTS = Dashboard(
    "agents",
    Words("坐席", "Agents"),
    (
        Panel(
            Words("状态时间线", "States over time"),
            Words("每位坐席在每一刻的状态", "the state that each agent is in at each moment"),
            _OFFLINE,
            (Query(_coded(), "{{agent}}"),),
            "state-timeline",
            width=24,
            height=12,
            values=STATE_CODES,
        ),
        Panel(
            Words("各状态坐席", "Agents by state"),
            Words("此刻处于该状态的坐席人数", "agents who are in each state now"),
            _OFFLINE,
            (Query(f"{gauge('agent_state', by='state')} > 0", "{{state}}"),),
            "bargauge",
            width=6,
            values=STATES,
        ),
        Panel(
            Words("班组名单", "Teams"),
            Words("排班表所列每个班组的坐席人数", "agents that the roster has in each team"),
            Words("没有排班", "no roster"),
            (Query(gauge("agent_info", by="team", how="count"), "{{team}}"),),
            "bargauge",
            width=6,
            values=TEAMS,
        ),
        Panel(
            Words("占线", "Line blocked"),
            Words(
                "话机占线且未拨打允许号码的坐席", "agents whose line is kept engaged with no permitted number dialled"
            ),
            Words("无人占线", "nobody's line is blocked"),
            (Query(f"{gauge('line_blocked', by='agent')} > 0", "{{agent}}", Colour.OVER),),
            "stat",
            width=6,
            values=NO_YES,
        ),
        Panel(
            Words("失联话机", "Phones lost"),
            Words("话机已不可达的坐席人数", "agents whose phone is no longer reachable"),
            NOT_SEEN,
            (
                Query(f"{gauge('phones_lost', by='node')} == 0", "{{node}}", Colour.WITHIN),
                Query(f"{gauge('phones_lost', by='node')} > 0", Words("{{node}} 失联", "{{node}} lost"), Colour.OVER),
            ),
            "stat",
            width=6,
        ),
        Panel(
            Words("页面未能振铃或通话中断", "Page could not ring, or lost a call"),
            Words(
                "坐席页面未能振铃或丢失通话的次数；非坐席之过",
                "times that an agent's page could not ring, or lost a call: not the agent's doing",
            ),
            Words("页面一切正常", "no page failed"),
            (Query(f"{total('agent_page_failures_total', by='agent')} > 0", "{{agent}}", Colour.OVER),),
            "bargauge",
            width=8,
        ),
        Panel(
            Words("页面通话丢包", "Sound lost in pages"),
            Words(
                "95% 的页面通话，声音丢失不超过此比例",
                "95 of 100 calls in agents' pages lost no more of the sound",
            ),
            Words("暂无页面通话", "no call in a page yet"),
            (Query(most("page_loss_ratio"), Words("丢失", "lost")),),
            "stat",
            "percentunit",
            width=6,
        ),
        Panel(
            Words("工时利用率", "Occupancy"),
            _OCCUPANCY,
            _OFFLINE,
            (
                Query(
                    share(
                        total("agent_state_seconds_total", _BUSY, by="agent"),
                        total("agent_state_seconds_total", _THERE, by="agent"),
                    ),
                    "{{agent}}",
                ),
            ),
            "bargauge",
            "percentunit",
            height=9,
        ),
        Panel(
            Words("班组工时利用率", "Occupancy by team"),
            _OCCUPANCY,
            _OFFLINE,
            (
                Query(
                    share(
                        total("team_state_seconds_total", _BUSY, by="team"),
                        total("team_state_seconds_total", _THERE, by="team"),
                    ),
                    "{{team}}",
                ),
                Query(
                    share(total("state_seconds_total", _BUSY), total("state_seconds_total", _THERE)),
                    Words("全部坐席", "all agents"),
                ),
            ),
            "bargauge",
            "percentunit",
            height=9,
            values=TEAMS,
        ),
        Panel(
            Words("各状态累计时长", "Time in each state"),
            Words("所选坐席在该状态的时长之和", "time that the agents chosen spent in each state, added up"),
            _OFFLINE,
            (Query(total("agent_state_seconds_total", by="state"), "{{state}}"),),
            "bargauge",
            "dthms",
            height=9,
            values=STATES,
        ),
        Panel(
            Words("各结果的派线", "Offers by outcome"),
            Words("派给所选坐席的次数，按结果", "offers to the agents chosen, by outcome"),
            _NO_OFFERS,
            (Query(total("agent_offers_total", by="outcome"), "{{outcome}}"),),
            "bargauge",
            height=9,
            values=OFFERS,
        ),
        Panel(
            Words("接听的派线", "Offers answered"),
            Words("每位坐席接听的派线次数", "offers that each agent answered"),
            _NO_OFFERS,
            (Query(total("agent_offers_total", 'outcome="answered"', by="agent"), "{{agent}}"),),
            "bargauge",
            height=9,
        ),
        Panel(
            Words("未接与拒接占比", "Missed or declined"),
            Words(
                "(未接 + 拒接) / (接听 + 未接 + 拒接)；他人接听、来电者挂断等与坐席无关的不计",
                "(missed + declined) / (answered + missed + declined); what was not the agent's doing is left out",
            ),
            _NO_OFFERS,
            (
                Query(
                    share(
                        total("agent_offers_total", 'outcome=~"timed_out|declined"', by="agent"),
                        total("agent_offers_total", 'outcome=~"answered|timed_out|declined"', by="agent"),
                    ),
                    "{{agent}}",
                ),
            ),
            "bargauge",
            "percentunit",
            height=9,
        ),
    ),
    refresh="10s",
)
