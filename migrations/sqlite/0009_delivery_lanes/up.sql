-- Lanes, by which claims find what is due; the health of endpoints; mails that are no license keys.

alter table endpoints add column failing_since integer;
alter table endpoints add column failures integer not null default 0;
alter table endpoints add column unresponsive integer not null default 0 check (unresponsive in (0, 1));
alter table endpoints add column width integer;
alter table endpoints add column paused_at integer;
alter table endpoints add column probed integer not null default 0 check (probed in (0, 1));

alter table mails add column kind text not null default 'license-key';
create index mails_lane on mails (tenant, due_at, id) where status in ('pending', 'leased');
create index mails_leased on mails (tenant, due_at) where status = 'leased';

create table lanes (
    tenant text not null,
    queue text not null,
    state text,
    width integer,
    turn_at integer,
    primary key (tenant, queue)
) strict;
create index lanes_turn on lanes (queue, state, turn_at, tenant) where turn_at is not null;

insert into lanes
    select e.tenant, 'webhooks',
        case when e.url is null or e.gone_since is not null then 'closed' else 'responsive' end,
        9223372036854775807,
        (select min(d.due_at) from deliveries d
            where d.tenant = e.tenant and d.status in ('pending', 'leased'))
    from endpoints e;
insert into lanes
    select d.tenant, 'webhooks', null, null, min(d.due_at) from deliveries d
    where d.status in ('pending', 'leased')
        and not exists (select 1 from endpoints e where e.tenant = d.tenant)
    group by d.tenant;
insert into lanes
    select m.tenant, 'mails', 'responsive', 9223372036854775807, min(m.due_at) from mails m
    where m.status in ('pending', 'leased')
    group by m.tenant;
