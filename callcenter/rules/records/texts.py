"""Sentences about records, in both languages: what was done, and what speaks for the agent."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import Language


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A sentence by its code and what stands in its gaps."""

    code: str
    params: dict[str, str] = {}


_TEXTS: dict[str, tuple[str, str]] = {
    # what was done
    "late_answer": (
        "话机振铃{measured}秒后才接听（限{limit}秒）",
        "the phone was answered after {measured} s of ringing (limit {limit} s)",
    ),
    "timed_out": ("话机振铃{measured}秒无人接听", "the phone rang for {measured} s and was not answered"),
    "declined": ("振铃{measured}秒后拒接", "the call was declined after {measured} s of ringing"),
    "engaged": (
        "线路占用{measured}秒，所拨“{dialled}”非准许号码（限{limit}秒）",
        "the line was engaged for {measured} s with {dialled!r}, no permitted number (limit {limit} s)",
    ),
    "refused": (
        "{measured}秒内连续{count}次拒接或示忙（限{limit}秒）",
        "{count} offers in a row were refused over {measured} s (limit {limit} s)",
    ),
    "taken_off": (
        "话机注销{measured}秒而其他话机在线（限{limit}秒）",
        "the phone was unregistered for {measured} s while others stayed up (limit {limit} s)",
    ),
    "hung_up": (
        "接听{measured}秒即由坐席挂断（限{limit}秒）",
        "the agent hung up {measured} s after answering (limit {limit} s)",
    ),
    "away": ("离岗{measured}秒（{state}，限{limit}秒）", "away for {measured} s ({state}, limit {limit} s)"),
    "late": ("迟到{measured}秒", "late to the shift by {measured} s"),
    "early": ("早退{measured}秒", "left the shift {measured} s early"),
    "unrelieved": (
        "接班人未到即离岗，此后{measured}秒内无人接班",
        "left before a relief was at the post, and none was for {measured} s",
    ),
    "absent": ("整班{measured}秒未到岗", "absent for the whole shift of {measured} s"),
    "unrecorded": (
        "通话结束后{within}秒内未作处理记录",
        "no disposition of the call was recorded within {within} s of its end",
    ),
    "not_called_back": ("承诺{within}秒内回电而未回", "a callback promised within {within} s was not made"),
    "accumulated": (
        "{month}月内已确认中度违规{moderate}次、轻度违规{minor}次（达{most_moderate}次中度或{most_minor}次轻度即累计）",
        "{moderate} moderate and {minor} minor confirmed violations in {month} (limits {most_moderate}, {most_minor})",
    ),
    # moments of an act
    "offered": ("开始派线", "the call was offered"),
    "rang": ("话机开始振铃", "the phone began to ring"),
    "picked_up": ("接起", "the phone was picked up"),
    "ring_ended": ("振铃结束", "the ringing ended"),
    "connected": ("与顾客接通", "agent and customer were connected"),
    "ended_by_agent": ("坐席挂断", "the agent hung up"),
    "with_customer": ("来电客户已在线路另一端", "somebody who had called in was on the other side"),
    "alone_again": ("客户已不在线路上", "the customer was on the line no longer"),
    "line_taken": ("线路被占用（所拨“{detail}”）", "the own line was taken ({detail!r} dialled)"),
    "phone_lost": ("话机离线", "the phone was no longer reachable"),
    "phone_signed_off": ("话机注销", "the phone was signed off"),
    "went_away": ("离岗（{detail}）", "away from the post ({detail})"),
    "until_then": ("至此为止", "it had lasted until then"),
    "duty_began": ("当班开始", "duty began"),
    "duty_ended": ("当班结束", "duty ended"),
    "came": ("到岗", "came to the post"),
    "left": ("离开岗位", "left the post"),
    "relief_due": ("接班人到岗，或等待截止", "the relief was at the post, or the wait for one was over"),
    "talk_ended": ("通话结束", "the talk ended"),
    "record_due": ("应完成登记", "its disposition was due"),
    "promised": ("承诺回电", "a callback was promised"),
    "callback_due": ("应已回电", "the callback was due"),
    "customer_came": ("有顾客开始等待（{detail}）", "a customer began to wait ({detail})"),
    "customer_went": ("该顾客离开（{detail}）", "that customer was gone ({detail})"),
    # what speaks for the agent, or against the evidence
    "not_graded": ("信令不具备证据等级", "the switch's stream is not evidence grade"),
    "no_time": ("无时间记录", "the input tells no times"),
    "no_roster": ("未提供排班表", "no roster was given"),
    "off_duty": ("不在班", "not on duty then"),
    "duty_edge": (
        "起止时刻与当班起止之差在误差±{uncertainty}秒以内",
        "it began or ended within ±{uncertainty} s of the beginning or the end of duty",
    ),
    "seat_changed": ("其间该座席换人", "the seat changed hands meanwhile"),
    "outage": (
        "{count}部话机于{within}秒内同时离线，按故障处理",
        "{count} phones were lost within {within} s: an outage",
    ),
    "not_available": ("当时不可接听（{what}）", "was not available ({what})"),
    "wrap_up": ("处于话后处理", "was in wrap-up"),
    "grace": ("刚转为可接听，仍在宽限期", "had only just become available"),
    "gap": ("事件流在此期间或附近中断", "nothing was seen for a time, then or near it"),
    "quarantined": (
        "在此期间或附近有交换机消息因不可信而被隔离",
        "a message of the switch could not be believed, then or near it",
    ),
    "fell_silent": (
        "话机失去响应而非注销，不能排除断网或断电",
        "the phone fell silent and was not signed off: its network or its power may have failed",
    ),
    "near_limit": (
        "测量值与限值之差在误差±{uncertainty}秒以内",
        "the measured value is within ±{uncertainty} s of its limit",
    ),
    "near_outage": (
        "话机离线间隔与故障判定限值之差在误差以内",
        "phones were lost together or not: within the uncertainty",
    ),
    "log_differs": ("与queue_log记录不一致", "queue_log says otherwise"),
    "bridges_unseen": (
        "交换机未报告谁与谁通话，无法排除对方是客户",
        "the switch does not tell who talks with whom, so that a customer on the line cannot be ruled out",
    ),
    "number_unknown": ("无法确认所拨号码是否准许", "nobody has said which numbers may be dialled"),
    "alone": ("没有其他话机在线，不能排除故障", "no other phone stayed up, so an outage cannot be ruled out"),
    "left_early": (
        "话机离线至班次结束，与早退无法区分",
        "the phone stayed off until the shift ended, as by leaving early",
    ),
    "lost_phone": ("话机离线，与离岗无法区分", "the phone was lost, which may be the phone's fault"),
    "lost_in_call": ("话机在振铃或通话中离线", "the phone was lost while it rang or a call was on"),
    "relief_not_seen": ("未见接班人是否已到岗", "whether the relief was at the post was not seen"),
    "number_unclear": (
        "期间另有通话的号码写法不全，可能就是承诺回电的号码",
        "a number that was dialled or called in meanwhile is not whole, and may be the promised one",
    ),
    "call_not_seen": ("未见其所记录的通话", "the call that was recorded was not seen"),
    "paused": ("开始时已示忙", "was paused when it began"),
    "not_seen": ("未见其可接听的记录", "whether the agent was available was not seen"),
    "no_impact": ("期间无顾客受影响", "no impact: no customer was kept out meanwhile"),
}


def in_seconds(span: Micros) -> str:
    """Write a length as seconds, with no more places than it has."""
    return f"{span / SECOND:.6f}".rstrip("0").rstrip(".")


def told(reason: Reason, language: Language) -> str:
    """Say one reason, without a full stop."""
    text = _TEXTS[reason.code][language == "en"]
    return text.format_map(reason.params)


def sentence(act: Reason, reason: Reason | None, language: Language) -> str:
    """Say what was done and, where something speaks against holding it against the agent, what."""
    stop, between = ("。", "；") if language == "zh-CN" else (".", "; ")
    parts = [told(one, language) for one in (act, reason) if one is not None]
    return between.join(parts) + stop
