-- Letters beside the offer itself, and one table of nodes instead of two.

-- ---------------------------------------------------------------- letters

-- What a message of a call-out says: that somebody is asked, that a standby is needed after all, or that he is not needed any more. Each goes out
-- once by each channel.
ALTER TABLE channel_messages ADD COLUMN letter text NOT NULL DEFAULT 'callOut'
    CONSTRAINT channel_messages_letter CHECK (letter IN ('callOut', 'calledUp', 'standDown'));
ALTER TABLE channel_messages DROP CONSTRAINT channel_messages_once_per_callout,
    ADD CONSTRAINT channel_messages_once_per_callout UNIQUE (callout_id, channel, letter);

-- What a person who said yes must hear although his phone may be away: looked for once a second.
CREATE INDEX inbox_letters ON inbox (at) WHERE kind IN ('calledUp', 'released', 'recalled');

-- How the channels did lately, for the person on duty.
CREATE INDEX channel_messages_by_change ON channel_messages (changed_at);

-- ---------------------------------------------------------------- nodes

-- What a node measures of itself stands in its line. Null until its first measure.
ALTER TABLE nodes
    ADD COLUMN version text,
    ADD COLUMN queue_max integer,
    ADD COLUMN queue_sum integer,
    ADD COLUMN lag_ms double precision,
    ADD COLUMN memory_bytes bigint,
    ADD COLUMN disk_free_bytes bigint,
    ADD COLUMN disk_bytes bigint,
    ADD COLUMN redis text CONSTRAINT nodes_redis CHECK (redis IN ('notConfigured', 'connected', 'away'));
DROP TABLE node_status;
