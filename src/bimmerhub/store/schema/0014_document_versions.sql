-- What a document said before stays too, to tell what changed. Of fetched bodies in a row that are the same, the first
-- and the last are kept.
CREATE TABLE document_versions (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  natural_key TEXT NOT NULL,
  fetched_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  source INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, natural_key, fetched_at_ms)
) WITHOUT ROWID;
INSERT INTO document_versions SELECT subject, kind, natural_key, fetched_at_ms, body, source FROM documents;
DROP TABLE documents;
ALTER TABLE document_versions RENAME TO documents;
