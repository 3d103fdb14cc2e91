-- Captains who answer for a member, and liaisons who are asked when a wave stays silent.

-- An answer somebody else gave: by whom, how he heard it, and that it was repudiated. Never taken away again.
ALTER TABLE callouts
    ADD COLUMN on_behalf_by uuid REFERENCES volunteers (id),
    ADD COLUMN on_behalf_channel text CONSTRAINT callouts_on_behalf_channel CHECK (on_behalf_channel IN ('phoneCall', 'inPerson', 'radio')),
    ADD COLUMN on_behalf_reason text,
    ADD COLUMN repudiated_at timestamptz,
    ADD CONSTRAINT callouts_on_behalf_is_whole CHECK (num_nonnulls(on_behalf_by, on_behalf_channel, on_behalf_reason) IN (0, 3)),
    ADD CONSTRAINT callouts_repudiated_what_was_on_behalf CHECK (repudiated_at IS NULL OR on_behalf_by IS NOT NULL),
    ADD CONSTRAINT callouts_nobody_answers_for_himself CHECK (on_behalf_by <> volunteer_id);

-- Each wave is looked at once, when its time to answer is over.
ALTER TABLE waves ADD COLUMN liaison_looked_at timestamptz;
UPDATE waves SET liaison_looked_at = now();
CREATE INDEX waves_not_looked_at ON waves (at) WHERE liaison_looked_at IS NULL;

CREATE TABLE liaison_tasks (
    id            uuid PRIMARY KEY,
    incident_id   uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    wave          integer NOT NULL,
    team_id       uuid NOT NULL REFERENCES teams (id),
    liaison_id    uuid REFERENCES volunteers (id),      -- null: the team has none, and the station is asked at once
    station       text NOT NULL REFERENCES regions (code), -- above the team's home: who is asked when the liaison is silent too
    station_path  ltree NOT NULL,
    silent        uuid[] NOT NULL,                      -- the call-outs nobody answered
    state         text NOT NULL CONSTRAINT liaison_tasks_state CHECK (state IN ('open', 'escalated', 'answered', 'ended')),
    created_at    timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    escalated_at  timestamptz,
    outcome       text CONSTRAINT liaison_tasks_outcome CHECK (outcome IN ('reached', 'partly', 'unreachable')),
    note          text,
    answered_by_kind text CONSTRAINT liaison_tasks_answered_by CHECK (answered_by_kind IN ('operator', 'volunteer')),
    answered_by   uuid,
    answered_at   timestamptz,
    CONSTRAINT liaison_tasks_once_per_wave_and_team UNIQUE (incident_id, wave, team_id),
    CONSTRAINT liaison_tasks_answer_is_whole CHECK ((state = 'answered') = (outcome IS NOT NULL AND answered_at IS NOT NULL)),
    CONSTRAINT liaison_tasks_open_has_a_liaison CHECK (state <> 'open' OR liaison_id IS NOT NULL)
);
CREATE INDEX liaison_tasks_due ON liaison_tasks (due_at) WHERE state = 'open';
CREATE INDEX liaison_tasks_by_liaison ON liaison_tasks (liaison_id, created_at DESC);
CREATE INDEX liaison_tasks_by_station ON liaison_tasks USING gist (station_path) WHERE state = 'escalated';

ALTER TABLE inbox
    ADD COLUMN task_id uuid REFERENCES liaison_tasks (id) ON DELETE CASCADE,
    DROP CONSTRAINT inbox_item_is_of_one,
    ADD CONSTRAINT inbox_item_is_of_one CHECK (num_nonnulls(callout_id, muster_id, task_id) = 1);
