-- Runs once, when the server's data is made. The sandbox cloud is another world: it shares the server, never a database.
create database sandbox_cloud;
