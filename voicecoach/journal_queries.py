"""What the journal asks its database."""

from __future__ import annotations

ADD_ENTRY = (
    "INSERT INTO entries (session_id, seq, at_s, direction, type, body, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
ADD_SESSION = (
    "INSERT INTO sessions (kind, programme_id, programme_sha256, started_at, local_date, utc_offset_min,"
    " coach_version, setup) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_ENDING = "INSERT INTO endings (session_id, ended_at, outcome, rule) VALUES (?, ?, ?, ?)"
ADD_PLAN = (
    "INSERT INTO plan_changes (changed_at, utc_offset_min, body, changed_by, why, last_entry_id)"
    " SELECT ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(id), 0) FROM entries)"
)
ADD_RELEASE = (
    "INSERT INTO releases (clinician, released_at, utc_offset_min, seen_on, last_entry_id, last_ending_id)"
    " SELECT ?, ?, ?, ?, (SELECT COALESCE(MAX(id), 0) FROM entries), (SELECT COALESCE(MAX(id), 0) FROM endings)"
)
SESSIONS = "SELECT s.*, e.ended_at, e.outcome, e.rule FROM sessions s LEFT JOIN endings e ON e.session_id = s.id"
# a decision `d` counts unless the person took it back afterwards, which is a Note of its own
STANDS = """
    COALESCE(json_extract(d.body, '$.verdict'), '') <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM entries w WHERE w.session_id = d.session_id AND w.id > d.id AND w.type = 'Note'
        AND json_extract(w.body, '$.verdict') = 'withdrawn'
        AND json_extract(w.body, '$.rule') = json_extract(d.body, '$.rule'))"""
LAST_NOTE = f"""
    SELECT s.*, e.ended_at, e.outcome, e.rule, d.body FROM entries d
    JOIN sessions s ON s.id = d.session_id LEFT JOIN endings e ON e.session_id = s.id
    WHERE d.direction = 'decision' AND d.type = 'Note' AND s.kind <> 'simulated' AND json_extract(d.body, '$.rule') = ?
    AND {STANDS} ORDER BY d.id DESC LIMIT 1"""  # noqa: S608 - put together from constants only
# a session locks from the moment of its decision, not of its ending: closing the program in between lifts nothing
LOCKS = f"""
    WITH released AS (SELECT COALESCE(MAX(last_entry_id), 0) AS entry, COALESCE(MAX(last_ending_id), 0) AS ending
                      FROM releases),
         decided AS (SELECT session_id, json_extract(body, '$.rule') AS rule FROM entries d, released
                     WHERE direction = 'decision' AND id > entry AND {STANDS}
                     UNION ALL SELECT session_id, rule FROM endings, released WHERE id > ending)
    SELECT rule, MAX(session_id) AS session_id FROM decided JOIN sessions s ON s.id = session_id
    WHERE s.kind <> 'simulated' AND rule IN ('RED-FLAG', 'NEXT-DAY') GROUP BY rule ORDER BY rule DESC"""  # noqa: S608 - put together from constants only
# a session that came to its Finish was not interrupted, even where its ending was not written any more
LAST_REAL = f"""
    {SESSIONS} WHERE s.id = (SELECT MAX(id) FROM sessions WHERE kind <> 'simulated') AND e.id IS NULL
    AND NOT EXISTS (SELECT 1 FROM entries WHERE session_id = s.id AND type = 'Finish')"""  # noqa: S608 - put together from constants only
OPEN_SESSIONS = f"""
    SELECT o.*, (SELECT body FROM entries WHERE session_id = o.id AND type = 'Finish') AS finish
    FROM ({SESSIONS} WHERE e.id IS NULL) o ORDER BY o.id"""  # noqa: S608 - put together from constants only
LAST_ENTRY = "SELECT at_s, recorded_at FROM entries WHERE session_id = ? ORDER BY seq DESC LIMIT 1"
STOPPED_BY = f"""
    SELECT json_extract(d.body, '$.rule') AS rule FROM entries d WHERE d.session_id = ? AND d.type = 'Note'
    AND json_extract(d.body, '$.verdict') IN ('stop', 'emergency')
    AND json_extract(d.body, '$.rule') <> 'STOP-WORD' AND {STANDS}
    ORDER BY json_extract(d.body, '$.verdict') = 'emergency' DESC, d.id LIMIT 1"""  # noqa: S608 - put together from constants only
