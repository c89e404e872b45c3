drop table promotion_codes;
