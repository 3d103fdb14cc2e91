-- What the system says about itself. Unlogged: it costs no write-ahead log and no flush; after a crash it begins anew within seconds.

-- Every node writes its own row every two seconds; a row that is not renewed is a node that is gone.
CREATE UNLOGGED TABLE node_status (
    node            uuid PRIMARY KEY,
    name            text NOT NULL,
    version         text NOT NULL,
    started_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    phones          integer NOT NULL,
    consoles        integer NOT NULL,
    queue_max       integer NOT NULL,
    queue_sum       integer NOT NULL,
    lag_ms          double precision NOT NULL,
    memory_bytes    bigint NOT NULL,
    disk_free_bytes bigint,
    disk_bytes      bigint,
    redis           text NOT NULL CONSTRAINT node_status_redis CHECK (redis IN ('notConfigured', 'connected', 'away'))
);

-- Every ten seconds, what a node did in them: the plots of the last hour and the percentiles of the last quarter are sums over these.
CREATE UNLOGGED TABLE node_samples (
    node              uuid NOT NULL,
    at                timestamptz NOT NULL,
    phones            integer NOT NULL,
    consoles          integer NOT NULL,
    queue_max         integer NOT NULL,
    lag_ms            double precision NOT NULL,
    undelivered       integer NOT NULL,
    overdue           integer NOT NULL,
    raise_to_phone    integer[] NOT NULL,  -- counts per bucket, bounds in Tally.cs
    accept_to_console integer[] NOT NULL,
    clients_cut       integer NOT NULL,
    timers_missed     integer NOT NULL,
    errors            integer NOT NULL,
    not_confirmed     integer NOT NULL,
    races             integer NOT NULL,
    PRIMARY KEY (at, node)
);

-- The auditor of due times beats only while nothing is overdue: its silence is the alarm.
CREATE UNLOGGED TABLE auditor (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    beat_at  timestamptz NOT NULL,
    node     uuid NOT NULL
);

-- The trace that began with the raise (W3C traceparent): whatever is done for this incident later, by any node, belongs to it.
ALTER TABLE incidents ADD COLUMN trace text;
