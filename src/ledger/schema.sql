-- One book. Everything is appended: a change is never deleted, and updated only where personal details are taken out of
-- it; `head` and `due` say what holds now.

-- Every change in the order of arrival. The history of an entity is the chain through `prev`.
CREATE TABLE change (
    id     INTEGER PRIMARY KEY,
    prev   INTEGER,           -- the same entity's change before this one
    batch  INTEGER NOT NULL,  -- journal.id
    row    INTEGER NOT NULL,  -- the record's ordinal in its batch, from 1
    rule   INTEGER NOT NULL,  -- word.id: the instruction's kind, or the due word
    key    TEXT,              -- space word, ":", key; null: nothing changed, an answer is remembered
    also   TEXT,              -- JSON list of further names by which this change is found, in the same spelling
    digest BLOB,              -- the instruction's canonical fields, 16 bytes
    answer TEXT,              -- JSON: the first answer to the instruction
    state  TEXT               -- the entity after the change: JSON, or an object in brief (src/model/brief.rs)
) STRICT;

-- The newest change of every name (an entity's key, an index entry, an instruction id): a head. It stands at a place, a
-- keyed hash of the name (42 bits); where two names want the same place, the later one takes the next free. A row holds
-- the heads from its `start`, which is the place of the first, up to the next row's. A head says which of its change's
-- names it stands for, too: 0 the key, n the n-th of `also`.
CREATE TABLE head (
    start INTEGER PRIMARY KEY,
    heads BLOB NOT NULL        -- by place; first three bytes: how many bits of a head are its place, counted from `start`,
                               -- its name, and change.id; then the heads, each a number of so many bits from the lowest, in
                               -- as few bytes as they fit, the lowest byte first
) STRICT;

-- Words that would stand in every row.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
) STRICT;

-- What falls due. `change` is the newest change in the book when it was scheduled: the order of the journal.
CREATE TABLE due (
    day    INTEGER NOT NULL,  -- as a number: 20261120
    at     INTEGER NOT NULL,  -- Unix seconds of an instant on that day; 0: the day as a whole
    key    TEXT NOT NULL,     -- space word, ":", key
    what   INTEGER NOT NULL,  -- word.id
    change INTEGER,           -- null in a private copy alone: taken back
    PRIMARY KEY (day, at, key, what)
) STRICT, WITHOUT ROWID;
-- Looked into before every batch, where the days have been looked into already.
CREATE INDEX due_at ON due (at) WHERE at > 0;

-- One row a batch, chained: `this` is the SHA-256 over every other column, each with its type and length in front.
CREATE TABLE journal (
    id            INTEGER PRIMARY KEY,
    batch         TEXT NOT NULL,     -- 12 hex digits and what follows, such as .r2 or .dup1
    partner       TEXT NOT NULL,
    role          TEXT NOT NULL,
    file          TEXT,              -- null for what fell due, as are sha256, bytes and format; these are null for what
                                     -- was collected, too, whose name stands here
    sha256        TEXT,
    bytes         INTEGER,
    format        TEXT,
    format_hash   TEXT,
    settings_hash TEXT NOT NULL,
    rules         TEXT NOT NULL,     -- version of the rules that decided
    business_date TEXT NOT NULL,     -- ISO 8601
    status        TEXT NOT NULL,
    duplicate_of  TEXT,
    reason        TEXT,
    claimed_at    TEXT NOT NULL,     -- RFC 3339
    archive       TEXT,              -- where the input went, relative to the site
    first_change  INTEGER NOT NULL,  -- changes first..=last are the batch's; last < first: none
    last_change   INTEGER NOT NULL,
    content       BLOB NOT NULL,     -- SHA-256 over the hashes of these changes, and over what it took out of others
    summary       TEXT NOT NULL,     -- summary.json without its chain
    answers       TEXT NOT NULL,     -- JSON list: folder, name, sha256, bytes; all but summary.json
    previous      BLOB NOT NULL,
    this          BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_batch ON journal (partner, batch);
CREATE INDEX journal_name ON journal (batch);
CREATE INDEX journal_sha256 ON journal (sha256, partner);
CREATE INDEX journal_date ON journal (business_date);

-- Batches whose answers all stand in their folders.
CREATE TABLE published (journal INTEGER PRIMARY KEY) STRICT;

-- Changes that personal details were taken out of. The batch that a change came with goes on to be verified by `was`, the
-- one that took them out by `was` and the change as it is now.
CREATE TABLE purged (
    change  INTEGER PRIMARY KEY, -- change.id
    journal INTEGER NOT NULL,    -- the batch that took them out: journal.id
    was     BLOB NOT NULL        -- SHA-256 of the change as it came, 32 bytes, hidden with the site's secret
) STRICT;
CREATE INDEX purged_by ON purged (journal);

-- Batches whose inputs were removed.
CREATE TABLE purged_input (
    input   INTEGER PRIMARY KEY, -- whose: journal.id
    journal INTEGER NOT NULL     -- by which: journal.id
) STRICT;
CREATE INDEX purged_input_by ON purged_input (journal);

-- Partners whose files wait until someone has looked.
CREATE TABLE stop (
    partner TEXT PRIMARY KEY,
    reason  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER change_keeps BEFORE UPDATE ON change
WHEN NOT EXISTS (SELECT 1 FROM purged WHERE change = old.id) OR new.id IS NOT old.id OR new.prev IS NOT old.prev
    OR new.batch IS NOT old.batch OR new.row IS NOT old.row OR new.rule IS NOT old.rule
    OR new.digest IS NOT old.digest OR new.answer IS NOT old.answer
BEGIN SELECT raise(ABORT, 'a change is never altered'); END;
CREATE TRIGGER change_stays BEFORE DELETE ON change BEGIN SELECT raise(ABORT, 'a change is never deleted'); END;
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is never altered'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is never deleted'); END;
CREATE TRIGGER purged_keeps BEFORE UPDATE ON purged BEGIN SELECT raise(ABORT, 'what was taken out stays out'); END;
CREATE TRIGGER purged_stays BEFORE DELETE ON purged BEGIN SELECT raise(ABORT, 'what was taken out stays out'); END;
CREATE TRIGGER input_keeps BEFORE UPDATE ON purged_input BEGIN SELECT raise(ABORT, 'what was removed stays so'); END;
CREATE TRIGGER input_stays BEFORE DELETE ON purged_input BEGIN SELECT raise(ABORT, 'what was removed stays so'); END;
