"""The words around an explained record, in Chinese and English; both tables have the same keys."""

from __future__ import annotations

from callcenter.locale import Language

WORDS: dict[str, tuple[str, str]] = {
    "id": ("记录编号", "id        "),
    "time": ("起止时间", "time      "),
    "to": ("至", "to"),
    "measured": ("测量结果", "measured  "),
    "limit": ("限", "limit"),
    "uncertainty": ("误差", "uncertainty"),
    "roster": ("排班情况", "roster    "),
    "no_roster": ("未提供排班表", "none was given"),
    "no_shift": ("当时无班次", "no shift then"),
    "no_phone": ("无话机", "no phone"),
    "no_team": ("无班组", "no team"),
    "impact": ("受影响者", "impact    "),
    "waits": ("仍在等待", "still waits"),
    "none": ("无", "none"),
    "ruled_out": ("逐项排除", "ruled out "),
    "evidence": ("所附证据", "evidence  "),
    "columns": (
        "日志位置、记录时间、帧在日志链中的SHA-256、帧内容",
        "position, recorded, SHA-256 of the frame in the journal's chain, what it says",
    ),
    "own_event": ("服务自身的事件", "an event of the service itself"),
    "reproduced": (
        "由日志推导一致：是，共{count}帧，均与封存时相同",
        "reproduced from the journal: yes, {count} frames, each as it was sealed",
    ),
    "cut": (
        "日志只保留自第{first}条起（记录于{since}），该时段已清理，无法再行推导；以上为归档时的记录及其所附的帧",
        "the journal no longer reaches back so far: it begins at entry {first} of {since}; this is what was filed",
    ),
    "list_begins": (
        "日志只保留自第{first}条起（记录于{since}），更早的记录只在数据库中",
        "the journal begins at entry {first} of {since}; earlier records are in the database alone",
    ),
    "became.reproduced": ("可复现", "reproduced"),
    "became.faulty": ("无法复现", "does not reproduce"),
    "became.doubtful": ("无法核对", "cannot be checked"),
    "held": (
        "{reproduced}条可复现（共{all}条），{others}条无法核对",
        "{reproduced} of {all} records reproduce, {others} could not be checked",
    ),
    "verdict.proposed": ("拟定", "proposed"),
    "verdict.undetermined": ("未定", "undetermined"),
    "verdict.excused": ("免责", "excused"),
    "state.proposed": ("拟定", "proposed"),
    "state.notified": ("已告知", "notified"),
    "state.explained": ("已说明", "explained"),
    "state.appealed": ("申诉中", "appealed"),
    "state.confirmed": ("确认", "confirmed"),
    "state.reduced": ("减轻", "reduced"),
    "state.overturned": ("撤销", "overturned"),
    "state.withdrawn": ("撤回", "withdrawn"),
    "filed": ("登记情况", "filed     "),
    "step": ("处理经过", "step      "),
    "counts": ("现计分值", "counts    "),
    "points": ("{points}分", "{points} points"),
    "service": ("系统", "the service"),
    "step.propose": ("拟定", "proposed"),
    "step.notify": ("告知", "notified"),
    "step.explain": ("说明", "explained"),
    "step.appeal": ("申诉", "appealed"),
    "step.confirm": ("确认", "confirmed"),
    "step.reduce": ("减轻", "reduced"),
    "step.overturn": ("撤销", "overturned"),
    "step.withdraw": ("撤回", "withdrawn"),
    "step.check": ("核对", "checked"),
    "step.agree": ("同意", "agreed"),
    "step.disagree": ("不同意", "disagreed"),
    "not_derived": (
        "现有日志推导不出该记录，以上为登记内容",
        "the journal at hand does not give this record; above is what was filed",
    ),
    "listed_none": ("没有符合条件的记录", "no record fits"),
    "check.not_graded": ("信令不具证据等级", "a stream that is no evidence"),
    "check.no_time": ("时间未知", "unknown times"),
    "check.no_roster": ("无排班表", "no roster"),
    "check.off_duty": ("不在班", "being off duty"),
    "check.duty_edge": ("处于班次边界误差内", "the edge of duty"),
    "check.outage": ("话机故障", "an outage"),
    "check.excuse": ("话后处理等正当理由", "an excuse such as wrap-up"),
    "check.gap": ("事件流中断", "a time when nothing was seen"),
    "check.near_limit": ("接近限值", "a value near its limit"),
    "check.log_differs": ("与queue_log不符", "queue_log saying otherwise"),
    "check.left_early": ("实为早退", "leaving early"),
    "check.doubt": ("其他疑点", "any other doubt"),
    "check.no_impact": ("无顾客受影响", "nobody kept out"),
}


def word(key: str, language: Language, **gaps: object) -> str:
    """Say one of them."""
    text = WORDS[key][language == "en"]
    return text.format(**gaps) if gaps else text
