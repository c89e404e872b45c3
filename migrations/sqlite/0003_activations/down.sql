delete from counters where name like 'activations:%';
drop table activations;
