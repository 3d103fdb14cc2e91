-- Who serves this database, and which phones are connected where. A node writes its line once a second; what is older than five seconds is
-- gone, by the database's clock. Neither table is memory: a node that starts writes both anew.

CREATE TABLE nodes (
    id             uuid PRIMARY KEY,                       -- of one run of one process
    name           text NOT NULL,                          -- machine and process, for people
    state          text NOT NULL CONSTRAINT nodes_state CHECK (state IN ('ready', 'draining', 'stopped')),
    started_at     timestamptz NOT NULL DEFAULT now(),
    seen_at        timestamptz NOT NULL DEFAULT now(),
    phones         integer NOT NULL DEFAULT 0,
    consoles       integer NOT NULL DEFAULT 0,
    drain_asked_at timestamptz,
    drain_asked_by uuid REFERENCES accounts (id)
);
CREATE INDEX nodes_by_seen_at ON nodes (seen_at);

-- Unlogged: it is true only as long as its node lives, so a crash may empty it; the nodes fill it again.
CREATE UNLOGGED TABLE presence (
    node_id      uuid NOT NULL,
    volunteer_id uuid NOT NULL,
    PRIMARY KEY (node_id, volunteer_id)
);
CREATE INDEX presence_by_volunteer ON presence (volunteer_id);

-- Is a phone of this volunteer connected now, to whichever node?
CREATE FUNCTION is_present(volunteer uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM presence p JOIN nodes n ON n.id = p.node_id
        WHERE p.volunteer_id = volunteer AND n.state <> 'stopped' AND n.seen_at > now() - interval '5 seconds')
$$;
