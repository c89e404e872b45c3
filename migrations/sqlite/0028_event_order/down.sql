drop index deliveries_of_license;
