drop index endpoints_with_owner;
drop index endpoints_of_tenant;
drop index deliveries_waiting;
drop index deliveries_of_endpoint;
drop index deliveries_lane_leased;
drop index deliveries_lane;
