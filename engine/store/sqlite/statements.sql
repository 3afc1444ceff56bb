-- Each statement follows a line with its name; statements.py reads this file.

-- name: open
-- Durable when acknowledged (FULL); erased is erased, also from sorting files.
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;

-- name: origin
SELECT origin FROM head

-- name: found
INSERT INTO head (one, origin, size, hashes) VALUES (1, ?, 0, x'')

-- name: head
SELECT size, hashes FROM head

-- name: set_head
UPDATE head SET size = ?, hashes = ? WHERE one = 1

-- name: append
INSERT INTO record (
    seq, case_id, cseq, type, recorded, occurred, actor, run, protocol, drill, data, leaf
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: last_recorded
SELECT recorded FROM record ORDER BY seq DESC LIMIT 1

-- name: times
SELECT seq, recorded, leaf, case_id FROM record ORDER BY seq

-- name: case_head
SELECT cseq + 1, leaf FROM record WHERE case_id = ? ORDER BY cseq DESC LIMIT 1

-- name: case_records
SELECT data FROM record WHERE case_id = ? AND cseq >= ? ORDER BY cseq

-- name: scan
SELECT seq, case_id, cseq, leaf, data FROM record WHERE seq >= ? ORDER BY seq

-- name: part
SELECT case_id, cseq, leaf, data FROM record WHERE seq >= ? AND seq < ? ORDER BY seq

-- name: numbered
SELECT name, upper(type) FROM pragma_table_info('record') WHERE pk > 0

-- name: entries
SELECT seq, case_id, cseq, type, recorded, occurred, actor, run, protocol, drill, data, leaf
FROM record WHERE seq >= ? ORDER BY seq

-- name: by_case
SELECT seq, case_id, cseq, type, recorded, occurred, actor, run, protocol, drill, data, leaf
FROM record ORDER BY case_id, cseq, seq

-- name: cases_since
SELECT DISTINCT case_id FROM record WHERE seq >= ? ORDER BY case_id

-- name: case_entries
SELECT seq, case_id, cseq, type, recorded, occurred, actor, run, protocol, drill, data, leaf
FROM record WHERE case_id = ? ORDER BY cseq, seq

-- name: by_case_bytes
SELECT seq, case_id, data FROM record
WHERE case_id >= ? AND case_id < ? AND seq < ?
ORDER BY case_id, cseq, seq

-- name: case_sizes
SELECT case_id, count(*) FROM record GROUP BY case_id ORDER BY case_id

-- name: leaves
SELECT leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq

-- name: log
SELECT seq, data FROM record

-- The conditions of a filter. The first that applies chooses the index; the others
-- get a + before them (filters.py), which keeps SQLite from choosing worse.

-- name: log_case
case_id = :case

-- name: log_run
run = :run

-- name: log_actor
actor = :actor

-- name: log_protocol
protocol = :protocol

-- name: log_type
type = :type

-- name: log_drill
drill = 1

-- name: log_real
drill = 0

-- name: log_part
seq BETWEEN :first AND :last

-- name: log_since
recorded >= :since

-- name: log_until
recorded < :until

-- name: period
-- The first and last record that can be in it; the newest are in no span yet.
SELECT min(first), max(last) FROM (
    SELECT first, last FROM span WHERE latest >= :since AND earliest < :until
    UNION ALL
    SELECT seq, seq FROM record
    WHERE seq > (SELECT coalesce(max(last), -1) FROM span)
        AND recorded >= :since AND recorded < :until
)

-- name: document
SELECT sha256, id, kind, revision, data, source, registered, author
FROM document WHERE sha256 = ?

-- name: documents
SELECT sha256, id, kind, revision, data, source, registered, author
FROM document ORDER BY id, revision, registered

-- name: documents_of
SELECT sha256, id, kind, revision, data, source, registered, author
FROM document WHERE id = ? ORDER BY revision, registered

-- name: put_document
INSERT INTO document (sha256, id, kind, revision, data, source, registered, author)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: in_force
SELECT id, kind, sha256, revision, since, cseq FROM in_force WHERE id = ?

-- name: all_in_force
SELECT id, kind, sha256, revision, since, cseq FROM in_force ORDER BY id

-- name: all_in_force_of
SELECT id, kind, sha256, revision, since, cseq FROM in_force WHERE kind = ? ORDER BY id

-- name: put_in_force
INSERT OR REPLACE INTO in_force (id, kind, sha256, revision, since, cseq)
VALUES (?, ?, ?, ?, ?, ?)

-- name: drop_in_force
DELETE FROM in_force WHERE id = ?

-- name: incidents
SELECT
    id, title, protocol, drill, status, phase, opened, closed, version, people, outcome
FROM incident

-- name: incident
SELECT
    id, title, protocol, drill, status, phase, opened, closed, version, people, outcome
FROM incident WHERE id = ?

-- name: incidents_open
status = 'open'

-- name: incidents_closed
status <> 'open'

-- name: incidents_id
id = :id

-- name: incidents_phase
phase = :phase

-- name: incidents_protocol
protocol = :protocol

-- name: incidents_drill
drill = :drill

-- name: incidents_mine
instr(people, :quoted)

-- name: incidents_overdue_at
id IN (SELECT case_id FROM deadline WHERE due <= :overdue_at)

-- name: incident_ids
SELECT id FROM incident ORDER BY id

-- name: last_number
SELECT max(CAST(substr(id, length(rtrim(id, '0123456789')) + 1) AS INTEGER))
FROM incident WHERE rtrim(id, '0123456789') = ?

-- name: step_incident
-- What a step can change. To set status or opened would write their indexes anew.
UPDATE incident SET
    title = ?2, phase = ?6, closed = ?8, version = ?9,
    people = ?10, outcome = ?11
WHERE id = ?1 AND status = ?5 AND opened = ?7
    AND protocol = ?3 AND drill = ?4

-- name: put_incident
INSERT OR REPLACE INTO incident (
    id, title, protocol, drill, status, phase, opened, closed, version, people, outcome
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
)

-- name: deadlines
SELECT case_id, run, kind, owner, due, passed FROM deadline WHERE case_id = ? ORDER BY due

-- name: due
SELECT case_id, run, kind, owner, due, passed FROM deadline
WHERE due <= ? AND NOT passed AND NOT EXISTS (
    SELECT 1 FROM incident WHERE incident.id = deadline.case_id AND incident.status = 'closed'
)
ORDER BY due, case_id

-- name: drop_deadlines
DELETE FROM deadline WHERE case_id = ?

-- name: put_deadline
INSERT INTO deadline (case_id, run, kind, owner, due, passed) VALUES (?, ?, ?, ?, ?, ?)

-- name: disclosures
SELECT digest, disclosure FROM disclosure WHERE case_id = ? AND disclosure IS NOT NULL

-- name: put_disclosure
INSERT INTO disclosure (case_id, digest, disclosure) VALUES (?, ?, ?)

-- name: drop_disclosure
UPDATE disclosure SET disclosure = NULL WHERE case_id = ? AND digest = ?

-- name: evidence
SELECT data FROM evidence WHERE sha256 = ? AND data IS NOT NULL

-- name: put_evidence
INSERT INTO evidence (sha256, data) SELECT ?1, ?2
WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE sha256 = ?1 AND data IS NOT NULL)

-- name: drop_evidence
UPDATE evidence SET data = NULL WHERE sha256 = ?

-- name: checkpoints
SELECT size, root, note, recorded FROM checkpoint ORDER BY number

-- name: put_checkpoint
INSERT INTO checkpoint (size, root, note, recorded) VALUES (?, ?, ?, ?)

-- name: outbox
SELECT case_id, cseq, run, recipients, text, tries
FROM outbox WHERE text IS NOT NULL ORDER BY number

-- name: put_outbox
INSERT INTO outbox (case_id, cseq, run, recipients, text, tries) VALUES (?, ?, ?, ?, ?, ?)

-- name: sent_outbox
UPDATE outbox SET text = NULL WHERE case_id = ? AND cseq = ? AND text IS NOT NULL

-- name: failed_outbox
UPDATE outbox SET tries = tries + 1 WHERE case_id = ? AND cseq = ? AND text IS NOT NULL

-- name: clear_incidents
DELETE FROM incident

-- name: clear_deadlines
DELETE FROM deadline

-- name: clear_in_force
DELETE FROM in_force

-- name: truncate
PRAGMA wal_checkpoint (TRUNCATE)
