-- Schema version 1. Nothing newer than SQLite 3.24 (2018) is used.

-- Where the log's tree ends: one row.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    hashes BLOB NOT NULL -- the compact range: roots of perfect subtrees, largest first
);

-- The log. The small columns come first: a filter need not read past them.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY, -- index of the leaf, from 0, without a gap
    case_id TEXT NOT NULL,
    cseq INTEGER NOT NULL, -- index in the case, from 0, without a gap
    type TEXT NOT NULL,
    recorded TEXT NOT NULL,
    occurred TEXT NOT NULL,
    actor TEXT NOT NULL,
    run TEXT,
    protocol TEXT,
    drill INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (case_id, cseq)
);
-- Each index ends with seq, so each also gives the order of the log. Each costs a step
-- a page to write, so there is none on recorded: see span.
CREATE INDEX record_actor ON record (actor);
CREATE INDEX record_type ON record (type);
CREATE INDEX record_protocol ON record (protocol) WHERE protocol IS NOT NULL;
CREATE INDEX record_drill ON record (drill) WHERE drill = 1;

CREATE TRIGGER record_in_order BEFORE INSERT ON record
BEGIN
    SELECT RAISE(ABORT, 'the log is not as long as its head says')
    WHERE new.seq <> (SELECT coalesce(max(seq), -1) + 1 FROM record);
    SELECT RAISE(ABORT, 'the case has moved on')
    WHERE new.cseq <> (
        SELECT coalesce(max(cseq), -1) + 1 FROM record WHERE case_id = new.case_id
    );
END;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record
BEGIN
    SELECT RAISE(ABORT, 'records are never changed');
END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record
BEGIN
    SELECT RAISE(ABORT, 'records are never removed');
END;

-- When each 256 records were recorded, to find a period without an index that every step
-- would have to write. Clocks are set back at times, so both ends are kept.
CREATE TABLE span (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    earliest TEXT NOT NULL,
    latest TEXT NOT NULL
);
CREATE TRIGGER record_span AFTER INSERT ON record WHEN new.seq % 256 = 255
BEGIN
    INSERT INTO span (first, last, earliest, latest)
    SELECT min(seq), max(seq), min(recorded), max(recorded)
    FROM record WHERE seq > new.seq - 256;
END;

-- Registered documents.
CREATE TABLE document (
    sha256 TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    registered TEXT NOT NULL,
    author TEXT NOT NULL,
    data BLOB NOT NULL,
    source BLOB NOT NULL
);
CREATE INDEX document_id ON document (id, revision);
CREATE TRIGGER document_once BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document WHERE sha256 = new.sha256)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN
    SELECT RAISE(ABORT, 'documents are never changed');
END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN
    SELECT RAISE(ABORT, 'documents are never removed');
END;

-- Signed heads.
CREATE TABLE checkpoint (
    number INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL UNIQUE,
    recorded TEXT NOT NULL
);
CREATE TRIGGER checkpoint_once BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE note = new.note)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never removed');
END;

-- What may be erased (redaction) lies in tables that only grow at their end, and loses its
-- text by an update to NULL. A row that were deleted, or put in the middle, would have
-- SQLite move its neighbours, whose old bytes then stay in the file for good, in spite of
-- secure_delete. So nothing here is unique but the number.

-- Personal values, looked up by case: an index on digests would scatter a step's pages.
CREATE TABLE disclosure (
    number INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    disclosure TEXT -- NULL: erased
);
CREATE INDEX disclosure_case ON disclosure (case_id);
CREATE TRIGGER disclosure_no_update BEFORE UPDATE ON disclosure
WHEN new.disclosure IS NOT NULL OR new.case_id <> old.case_id OR new.digest <> old.digest
BEGIN
    SELECT RAISE(ABORT, 'disclosures are never changed');
END;

-- Attachments, by content.
CREATE TABLE evidence (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    data BLOB -- NULL: erased
);
CREATE INDEX evidence_sha256 ON evidence (sha256);
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
WHEN new.data IS NOT NULL OR new.sha256 <> old.sha256
BEGIN
    SELECT RAISE(ABORT, 'evidence is never changed');
END;

-- Messages that wait to be sent, in the order they were queued.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL,
    cseq INTEGER NOT NULL,
    run TEXT,
    recipients TEXT NOT NULL, -- JSON array
    tries INTEGER NOT NULL,
    text TEXT -- NULL: sent
);
CREATE INDEX outbox_waiting ON outbox (case_id, cseq) WHERE text IS NOT NULL;

-- From here on: projections, which the records can rebuild.
CREATE TABLE in_force (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES document (sha256),
    revision INTEGER NOT NULL,
    since TEXT NOT NULL,
    cseq INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    title TEXT,
    protocol TEXT NOT NULL,
    drill INTEGER NOT NULL,
    status TEXT NOT NULL,
    phase TEXT,
    opened TEXT NOT NULL,
    closed TEXT,
    version INTEGER NOT NULL,
    people TEXT NOT NULL, -- JSON array
    outcome TEXT
) WITHOUT ROWID;
CREATE INDEX incident_opened ON incident (opened);
CREATE INDEX incident_open ON incident (opened) WHERE status = 'open';
-- INC-2026-0042 is number 42 of INC-2026-.
CREATE INDEX incident_number ON incident (
    rtrim(id, '0123456789'),
    CAST(substr(id, length(rtrim(id, '0123456789')) + 1) AS INTEGER)
);

-- Of open cases only, so few; an index on what is due would cost each step a page.
CREATE TABLE deadline (
    case_id TEXT NOT NULL,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT NOT NULL,
    passed INTEGER NOT NULL,
    PRIMARY KEY (case_id, run, kind, owner)
) WITHOUT ROWID;
