-- Which version of the rule (`VERSION` in `domain.plausibility.odometer`) has judged all that is stored of the series; what
-- another one has judged is judged anew. What was judged before this schema was judged by the first.
ALTER TABLE judged ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
