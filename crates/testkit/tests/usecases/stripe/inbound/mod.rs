mod dispute;
mod late_sale;
mod lost_order;
mod own;
mod receive;
mod refund;
mod session;
mod subscription;
