-- The endpoints that there are count among those that a tenant may have in each mode.
insert into counters (name, value)
    select 'webhook-endpoints:' || tenant || ':live', 1 from endpoints where url is not null
    on conflict (name) do nothing;
insert into counters (name, value)
    select 'webhook-endpoints:' || tenant || ':sandbox', 1 from endpoints where url is not null
    on conflict (name) do nothing;
