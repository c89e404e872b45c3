-- The lanes of endpoints, their deliveries, and the events that wait for a first endpoint.
drop index if exists deliveries_lane;
create index deliveries_lane on deliveries (coalesce(endpoint, tenant), due_at) where status in ('pending', 'leased');
drop index if exists deliveries_lane_leased;
create index deliveries_lane_leased on deliveries (coalesce(endpoint, tenant), due_at) where status = 'leased';
drop index if exists deliveries_of_endpoint;
create index deliveries_of_endpoint on deliveries (endpoint, created_at, id) where endpoint is not null;
drop index if exists deliveries_waiting;
create index deliveries_waiting on deliveries (tenant, waits_in, created_at) where status = 'pending' and waits_in is not null;
drop index if exists endpoints_of_tenant;
create index endpoints_of_tenant on endpoints (coalesce(owner, tenant)) where url is not null;
drop index if exists endpoints_with_owner;
create index endpoints_with_owner on endpoints (owner) where owner is not null and url is not null;
update deliveries
    set waits_in = (select l.mode from licenses l where l.id = deliveries.license)
    where status in ('pending', 'leased') and waits_in is null
        and not exists (select 1 from endpoints e where e.tenant = deliveries.tenant and e.url is not null);
