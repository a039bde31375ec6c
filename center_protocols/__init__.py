"""Say what medicine asks: pure rules that take values and return values, and import nothing of ours.

Five functions are what others use:

- ``findings.decode_findings(json) -> Findings``, ``findings.revise(findings, patch)``: what is known; all else is not.
- ``assess.assess(findings, at, settings) -> Assessment``: conditions with evidence, priority, what they need.
- ``destination.rank_destinations(assessment, candidates, at, settings) -> DestinationRanking``: where to, and why.
- ``timepoints.register(expected, points, now=...) -> rows``: the register, met, late, missing or out of order.
- ``handoff.view(handoff, format)`` and ``handoff.render(sections, say)``: one record, read aloud at the door.

Beside them: ``capabilities.capabilities_of`` maps a line of ``centers.csv`` to capability codes,
``call_triage.questions_for`` and ``step_cards`` lead a telephone call, ``complaint_words.suggest_complaints`` proposes,
``activation_plan.activation_plan`` says by when whom to call, ``why_not.why_nots`` answers for the nearest centres,
``stroke_advice.stroke_advice`` compares outcomes inside the gates, ``site.read_site`` reads what one city decides,
``door_times.learned`` learns from registers, and ``indicators.indicators`` counts quality.

Every number stands in ``thresholds/*.toml``; every reason is an ``assessment.Coded`` (code and parameters), never a
sentence. Reading order: ``vocabulary``, ``findings``, ``case``, one protocol (``stroke``), ``assess``, ``destination``.
"""
