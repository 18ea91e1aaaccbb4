"""Every word of the board, in Chinese and English; both tables have the same keys."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh-CN", "en"]

_ZH = {
    "title": "呼叫中心", "switch": "交换机",
    "up": "已连接", "down": "未连接", "syncing": "正在同步",
    "evidence": "取证级", "no_evidence": "非取证级:不会提出违规", "evidence_unknown": "取证级待定",
    "age": "数据 {age} 前", "age_unknown": "尚无数据", "lag": "延迟 {lag}",
    "gap": "正在漏看事件", "gaps": "累计漏看 {time}",
    "refused": "{count} 个时刻的消息不可信", "unseen": "queue_log 有 {count} 次入队未被看到",
    "store_lag": "入库落后 {time}",
    "unreachable": "服务已 {time} 无应答,以下为此前的数据",
    "since": "自 {time} 起统计",
    "queues": "队列", "queue": "队列", "waiting": "等待", "longest": "最长等待", "answered_n": "接听",
    "abandoned_n": "放弃", "others_n": "其他", "refused_n": "拒入", "level": "服务水平",
    "no_queues": "尚未见到队列",
    "agents": "坐席", "agent": "坐席", "state": "状态", "for": "持续", "reason": "原因", "serves": "服务队列",
    "no_agents": "尚未见到坐席",
    "calls": "来电", "time": "时间", "caller": "来电号码", "outcome": "结果", "wait": "等待", "rings": "振铃",
    "talk": "通话", "hold": "保持", "ended_by": "挂断方", "no_calls": "尚无结束的来电",
    "ring_count": "第 {n} 声", "no_ring": "未振铃",
    "state.offline": "离线", "state.talking": "通话", "state.ringing": "振铃", "state.blocked": "占线",
    "state.outbound": "外呼", "state.paused": "小休", "state.wrap_up": "话后处理", "state.available": "空闲",
    "state.unknown": "未知",
    "reason.phone lost": "话机失联", "reason.signed out": "已签出",
    "reason.tea": "茶歇", "reason.meal": "用餐", "reason.training": "培训", "reason.case work": "处理工单",
    "reason.restroom": "如厕",
    "visit.answered": "已接听", "visit.abandoned": "客户放弃", "visit.timed_out": "排队超时",
    "visit.queue_empty": "无人值守", "visit.key_pressed": "按键离开", "visit.withdrawn": "被撤出",
    "visit.redirected": "被转走", "visit.refused": "未能进入", "visit.switch_down": "交换机中断",
    "visit.unknown": "未知",
    "offer.answered": "接听", "offer.timed_out": "未接", "offer.declined": "拒接", "offer.busy": "示忙",
    "offer.unreachable": "话机不可达", "offer.answered_elsewhere": "他人接听", "offer.caller_left": "客户先挂",
    "offer.cut_short": "被打断", "offer.switch_down": "交换机中断", "offer.unknown": "未知",
    "end.caller": "客户", "end.agent": "坐席", "end.transfer": "转接", "end.switch": "交换机", "end.unknown": "未知",
    "transfer.blind": "盲转", "transfer.attended": "咨询转",
    "unknown": "—",
}  # fmt: skip

_EN = {
    "title": "Call centre", "switch": "switch",
    "up": "connected", "down": "NOT CONNECTED", "syncing": "getting in sync",
    "evidence": "evidence-grade", "no_evidence": "NOT evidence-grade: no violation is proposed",
    "evidence_unknown": "evidence grade not known yet",
    "age": "data {age} old", "age_unknown": "no data yet", "lag": "lag {lag}",
    "gap": "EVENTS ARE BEING MISSED", "gaps": "{time} not seen so far",
    "refused": "{count} moments could not be believed", "unseen": "{count} joins in queue_log that nobody saw",
    "store_lag": "record {time} behind",
    "unreachable": "the service has not answered for {time}; this is from before",
    "since": "counted since {time}",
    "queues": "Queues", "queue": "Queue", "waiting": "Waiting", "longest": "Longest", "answered_n": "Answered",
    "abandoned_n": "Abandoned", "others_n": "Other", "refused_n": "Refused", "level": "Service level",
    "no_queues": "no queue seen yet",
    "agents": "Agents", "agent": "Agent", "state": "State", "for": "For", "reason": "Reason", "serves": "Queues",
    "no_agents": "no agent seen yet",
    "calls": "Calls", "time": "Time", "caller": "Caller", "outcome": "Outcome", "wait": "Wait", "rings": "Rings",
    "talk": "Talk", "hold": "Hold", "ended_by": "Ended by", "no_calls": "no call has ended yet",
    "ring_count": "ring {n}", "no_ring": "no ring",
    "state.offline": "offline", "state.talking": "talking", "state.ringing": "ringing", "state.blocked": "line blocked",
    "state.outbound": "outbound", "state.paused": "paused", "state.wrap_up": "wrap-up", "state.available": "available",
    "state.unknown": "unknown",
    "reason.phone lost": "phone lost", "reason.signed out": "signed out",
    "reason.tea": "tea", "reason.meal": "meal", "reason.training": "training", "reason.case work": "case work",
    "reason.restroom": "restroom",
    "visit.answered": "answered", "visit.abandoned": "abandoned", "visit.timed_out": "timed out",
    "visit.queue_empty": "nobody there", "visit.key_pressed": "left by key", "visit.withdrawn": "withdrawn",
    "visit.redirected": "redirected", "visit.refused": "refused", "visit.switch_down": "switch down",
    "visit.unknown": "unknown",
    "offer.answered": "answered", "offer.timed_out": "missed", "offer.declined": "declined", "offer.busy": "busy",
    "offer.unreachable": "phone unreachable", "offer.answered_elsewhere": "answered elsewhere",
    "offer.caller_left": "caller left", "offer.cut_short": "cut short", "offer.switch_down": "switch down",
    "offer.unknown": "unknown",
    "end.caller": "caller", "end.agent": "agent", "end.transfer": "transfer", "end.switch": "switch",
    "end.unknown": "unknown",
    "transfer.blind": "blind transfer", "transfer.attended": "attended transfer",
    "unknown": "—",
}  # fmt: skip

WORDS: dict[Lang, dict[str, str]] = {"zh-CN": _ZH, "en": _EN}


def language(wanted: str, environment: str) -> Lang | None:
    """Choose the language: the one wanted, else by LANG; None where the wanted one is not spoken."""
    if not wanted:
        return "zh-CN" if environment.lower().startswith("zh") else "en"
    return next((lang for lang in WORDS if lang.lower() == wanted.lower()), None)
