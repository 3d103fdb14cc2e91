-- On duty at the instant $7, and not engaged: who else passes a gate, the matcher says. A look by callouts_one_active_per_volunteer for each row that is
-- on duty, and no join, so that a page is still read nearest first.
({row}.duty = 'on' OR ({row}.duty = 'byHours' AND {row}.hours @> second_of_week($7, {row}.time_zone)))
  AND (SELECT a.id FROM callouts a
       WHERE a.volunteer_id = {row}.volunteer_id AND a.state IN ('offered', 'accepted', 'enRoute', 'onScene')) IS NULL
