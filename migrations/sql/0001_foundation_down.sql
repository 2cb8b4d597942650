drop schema public cascade;
create schema public;
create table alembic_version (version_num varchar(32) not null primary key);
insert into alembic_version values ('0001');
