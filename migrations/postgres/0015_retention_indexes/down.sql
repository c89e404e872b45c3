drop index orders_abandoned;
drop index activations_released;
drop index mails_settled;
drop index deliveries_bodies;
drop index deliveries_settled;
drop index attempts_age;
drop index stripe_events_settled;
