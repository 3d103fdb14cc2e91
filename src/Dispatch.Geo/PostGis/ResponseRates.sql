-- What everybody does in a class of hours: response_rates, one of three rows.
-- $1 hours: 1 night, 2 working, 3 leisure
SELECT asked, accepted, declined, accept_median, decline_median FROM response_rates WHERE hours = $1
