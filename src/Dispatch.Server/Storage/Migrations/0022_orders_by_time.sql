-- What was ordered a moment ago, of all regions: the pump looks twice a second whether there is anything to tell the consoles.
CREATE INDEX region_orders_by_time ON region_orders (at);
