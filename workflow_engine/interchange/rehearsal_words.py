"""What a report of a rehearsal says, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LANGUAGES = ("en", "zh_CN")
_BOTH = re.compile(r"([^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*?)\s+([A-Z].*)", re.DOTALL)
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Rehearsal", "推演"),
    "played": ("{cases} cases in {seasons} seasons, seed {seed}", "{seasons} 轮共 {cases} 件, 种子 {seed}"),
    "how_sure": (
        "Ranges are 95 % confidence intervals of the mean over seasons.", "区间为各轮均值的 95% 置信区间。",
    ),
    "states": ("How cases ended", "结束状态"),
    "kinds": ("Kinds of cases", "案件类型"),
    "milestones": ("Times to", "关键时限"),
    "deadlines": ("Deadlines kept", "按期率"),
    "of_deadlines": ("{met} of {all} deadlines of tasks", "{all} 个任务时限中 {met} 个按期"),
    "mean": ("mean", "平均"), "median": ("median", "中位数"), "p90": ("90 % within", "90% 在此之内"),
    "within": ("within {limit}", "{limit} 内"), "reached": ("reached", "达到"), "share": ("share of cases", "案件比例"),
    "limit": ("limit {limit}", "时限 {limit}"),
    "duration": ("from start to end", "从开始到结束"),
    "teams": ("Departments", "部门"), "team": ("department", "部门"), "people": ("people", "人数"),
    "done": ("done", "办结"), "wait": ("wait for a free person", "等待空闲人员"), "busy": ("utilisation", "占用率"),
    "kept": ("kept", "按期"), "longest_queue": ("longest queue", "最长队列"),
    "unplanned_teams": ("Departments that the plan does not name: {count}", "方案未列出的部门: {count} 个"),
    "unplanned": ("not in the plan", "计划外"),
    "queues": ("Queue by department over time (average length; the number is the peak)",
               "各部门排队情况 (平均队长, 数字为峰值)"),
    "busy_chart": ("Utilisation by department", "各部门占用率"),
    "begins": ("beginning", "开始"), "ends": ("end", "结束"),
    "queues_told": ("The longest queue, on average {peak}, is at {team}.", "排队最长: {team}, 平均 {peak}。"),
    "busy_told": ("The busiest is {team}: {share}.", "最忙: {team}, {share}。"),
    "curve": ("Half of the cases within {half}, 90 % within {most}.", "半数案件在 {half} 内, 90% 在 {most} 内。"),
    "what_if": ("One team more, one fewer", "增减一个班组"),
    "what_if_about": (
        ("The same cases under the same luck, {cases} of them at most, with one team (or person, where people work "
         "alone) more or fewer, in every shift where there are shifts. All are judged together (Holm, 5 %)."),
        ("同样的案件、同样的随机数 (最多 {cases} 件), 该部门多一个或少一个班组 (单人工作的为一人; "
         "有轮班的每班各增减一个)。全部一并检验 (Holm 校正, 5%)。"),
    ),
    "change": ("change", "变化"), "was": ("as planned", "原方案"), "is": ("then", "变化后"),
    "more": ("one more {unit}{shift}", "{shift}增加{unit}"), "fewer": ("one fewer {unit}{shift}", "{shift}减少{unit}"),
    "all_figures": ("All figures", "全部指标"),
    "answer": ("The answer", "结论"),
    "a.comma": (", ", "、"),
    "a.planned": ("As planned: {parts}.", "按原方案: {parts}。"),
    "a.also": ("Also: {parts}.", "另: {parts}。"),
    "a.no_limits": ("The plan names no limit, and no task had one: only times were measured.",
                    "方案未设时限, 任务也没有时限, 仅测量了用时。"),
    "a.share": ("{share} {what} {range}", "{what} {share} {range}"),
    "a.range": ("(±{points})", "(±{points})"), "a.no_range": ("(one season: no range)", "(仅一轮, 无区间)"),
    "a.changed": ("{when}, {after} instead of {before} {what} {range}.",
                  "{when}, {what}的比例由 {before} 变为 {after} {range}。"),
    "a.kept": ("of all deadlines are kept", "全部时限按期"),
    "a.in_time": ("of cases are in time for “{name}” ({limit})", "“{name}”在 {limit}内完成"),
    "a.more": ("With one more {unit}{shift} at {team}", "{team}{shift}增加{unit}后"),
    "a.fewer": ("With one fewer {unit}{shift} at {team}", "{team}{shift}减少{unit}后"),
    "a.person": ("person", "一人"), "a.crew": ("team of {size}", "一个 {size} 人班组"),
    "a.shift": (" on every shift", "每班"),
    "a.other_plan": ("With “{second}” instead of “{first}”", "用“{second}”替代“{first}”后"),
    "a.same_plans": ("Between “{second}” and “{first}” nothing that is asked for differs by more than chance.",
                     "“{second}”与“{first}”之间, 所问各项均无显著差异。"),
    "a.same_teams": ("One more or one fewer changes nothing beyond chance at: {teams}.",
                     "增减一个班组 (或一人) 无显著变化: {teams}。"),
    "a.same_few": ("Too few cases were played to say what one more or one fewer changes at: {teams}.",
                   "推演案件太少, 无法判断增减一个班组 (或一人) 的影响: {teams}。"),
    "a.guessed": ("How long work takes is guessed from the deadlines: put in what you know before you rely on this.",
                  "处理时间按时限推测: 请按实际修改后再作依据。"),
    "a.stopped": (
        ("Ended after {played} of {asked} cases: everything asked for was known to ±{points} points. "
         "Looking after every round makes such ranges slightly too narrow."),
        ("推演 {played} 件后提前结束 (要求 {asked} 件): 所问各项的区间已窄于 ±{points} 个百分点。"
         "逐轮查看会使区间略偏窄。"),
    ),
    "unit_crews": ("{crews} × team of {size}", "{crews} × {size} 人班组"),
    "contrast": ("Compared: {second} against {first}", "对比: {second} 与 {first}"),
    "contrast_about": (
        ("The same luck in both, season by season. A difference stands out only where it is more than chance when all "
         "of them are looked at together (paired t test, Holm, 5 %)."),
        "两个方案逐轮使用同样的随机数。只有在全部指标一并检验下 (配对 t 检验, Holm 校正, 5%) 才算显著。",
    ),
    "few": ("Only {seasons} seasons were played: little can be said. Play more cases.",
            "只推演了 {seasons} 轮, 结论有限, 请增加案件数。"),
    "measure": ("figure", "指标"), "difference": ("difference", "差值"),
    "sure": ("more than chance", "显著"), "not_sure": ("not significant", "不显著"),
    "none_sure": ("No difference between the two plans is significant.", "两个方案之间没有显著差异。"),
    "heat": ("Where time goes", "时间分布"),
    "heat_about": (
        ("Time per case spent in each element, written beside it; the darker, the longer: from minutes over hours to "
         "weeks. The list below says the same."),
        "每件案件在各环节停留的时间, 数字标在旁边; 颜色越深越长 (由分钟到小时到数周)。下方列表内容相同。",
    ),
    "tasks": ("Tasks", "任务"), "task": ("task", "任务"), "created": ("came up", "产生"),
    "waited": ("until begun", "到开始"), "lasted": ("until done", "到完成"), "withdrawn": ("withdrawn", "撤回"),
    "calibration": ("Calibrated from past cases", "按历史案件校准"),
    "calibration_about": (
        "{cases} past cases. “Fit” is the Kolmogorov–Smirnov distance of what was taken from the times seen.",
        "{cases} 件历史案件。“拟合”为所采用分布与观测时间的 KS 距离。",
    ),
    "longest": ("The {count} that take longest", "用时最长的 {count} 个环节"),
    "per_case": ("per case", "每件"), "visits": ("visits", "次数"), "per_visit": ("each time", "每次"),
    "element": ("element", "环节"), "count": ("seen", "样本"), "taken": ("taken", "采用"), "fit": ("fit", "拟合"),
    "past.between": ("from case to case", "案件间隔"), "past.notice": ("until taken", "到领取"),
    "past.work": ("from taken to done", "领取到完成"),
    "past.whole": ("until done (never taken before)", "到完成 (未先领取)"),
    "verdict.fits": ("nothing speaks against it", "拟合良好"),
    "verdict.as_seen": ("no known shape: taken as seen", "不符合已知分布, 按观测值"),
    "verdict.too_few": ("too few: the plan's own stays", "样本太少, 保留方案自身设定"),
    "remarks": ("Remarks", "说明"), "times": ("{count} times", "{count} 次"),
    "remarks_about": ("What kept the rehearsal from going as planned.", "推演中未按计划进行的情况。"),
    "nothing": ("Nothing was measured.", "没有数据。"),
    "m.deadlines": ("all deadlines kept", "全部时限按期率"), "m.case_seconds": ("length of a case", "案件时长"),
    "m.milestone": ("time to: {name}", "用时: {name}"), "m.within": ("within its limit: {name}", "按时限: {name}"),
    "m.team_deadlines": ("deadlines kept: {name}", "按期率: {name}"), "m.team_wait": ("wait: {name}", "等待: {name}"),
    "m.team_busy": ("utilisation: {name}", "占用率: {name}"),
    "completed": ("completed", "办结"), "terminated": ("ended", "终止"), "cancelled": ("cancelled", "取消"),
    "active": ("not ended", "未结束"), "refused": ("could not start", "未能启动"), "circling": ("in circles", "循环"),
}  # fmt: skip


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        self.language = "zh_CN" if language.startswith("zh") else "en"
        self._place = LANGUAGES.index(self.language)

    def __call__(self, key: str, **parts: Any) -> str:
        """The text of this key, with its parts put in."""
        return WORDS[key][self._place].format(**parts)

    def name(self, names: Mapping[str, str] | None, otherwise: str) -> str:
        """The name in this language."""
        return (names or {}).get(self.language) or otherwise

    def half(self, text: str) -> str:
        """Of a text in both languages, the Chinese first, this language's half; another text as it is."""
        found = _BOTH.fullmatch(text)
        return text if found is None else found[1 if self.language == "zh_CN" else 2]

    def in_time(self, milestone: Mapping[str, Any]) -> str:
        """What cases do that reach it within its limit."""
        told = (milestone.get("told") or {}).get(self.language)
        name, limit = self.name(milestone["name"], milestone["id"]), self.span(milestone["within_seconds"])
        return str(told) if told else self("a.in_time", name=name, limit=limit)

    def span(self, seconds: float | None) -> str:
        """A length of time with its two largest units."""
        if seconds is None:
            return "–"
        sign, left = ("−", -seconds) if seconds < 0 else ("", seconds)
        units = (("d", "天", 86_400), ("h", "小时", 3_600), ("min", "分", 60))
        for place, (english, chinese, size) in enumerate(units):
            if left >= size:
                smaller = [*units, ("s", "秒", 1)][place + 1]
                whole, rest = divmod(round(left / smaller[2]), size // smaller[2])
                first = self._unit(whole, english, chinese)
                return sign + first + (self._gap() + self._unit(rest, smaller[0], smaller[1]) if rest else "")
        return sign + self._unit(round(left) if left >= 10 else float(f"{left:.2g}"), "s", "秒")

    def share(self, value: float | None) -> str:
        """A share in percent."""
        return "–" if value is None else f"{100 * value:.1f} %"

    def points(self, value: float | None) -> str:
        """A difference of shares, in points of percent."""
        return "–" if value is None else f"{100 * value:+.1f} %".replace("-", "−")

    def _unit(self, value: float, english: str, chinese: str) -> str:
        return f"{value:g} {english}" if self.language == "en" else f"{value:g} {chinese}"

    def _gap(self) -> str:
        return " "
