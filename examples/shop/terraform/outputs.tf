output "cidr" {
  description = "The environment's slice, for the network of the shop."
  value       = terraform_data.address_plan.output.cidr
}

output "gateway" {
  description = "The first address of the slice."
  value       = terraform_data.gateway.output.address
}

output "zones" {
  description = "The slice of each zone, by name."
  value       = { for zone in terraform_data.zone : zone.output.name => zone.output.cidr }
}
