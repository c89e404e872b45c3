delete from counters where name like 'webhook-endpoints:%';
