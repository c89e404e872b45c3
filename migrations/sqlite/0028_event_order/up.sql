-- The events of a license that wait, by which a later one finds that it has to wait.
drop index if exists deliveries_of_license;
create index deliveries_of_license on deliveries (license, sequence) where status in ('pending', 'leased');
