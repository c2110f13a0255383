# The ground that the shop stands on. Only terraform_data, which is built into Terraform: no provider is downloaded.

terraform {
  required_version = ">= 1.4.0"
}

locals {
  # Each environment has its own slice of the address space, so that they can be joined later without renumbering.
  slices = {
    development = 10
    staging     = 20
    production  = 30
  }
}

resource "terraform_data" "landing_zone" {
  input = {
    environment = var.environment
    owner       = var.owner
  }
}

resource "terraform_data" "address_plan" {
  input = {
    cidr = cidrsubnet(var.address_space, 8, local.slices[terraform_data.landing_zone.output.environment])
  }
}

resource "terraform_data" "zone" {
  count = var.zones

  input = {
    name = "zone-${count.index + 1}"
    cidr = cidrsubnet(terraform_data.address_plan.output.cidr, 4, count.index)
  }
}

# Made anew whenever the addresses change: what it stands for cannot be moved.
resource "terraform_data" "gateway" {
  input = {
    address = cidrhost(terraform_data.address_plan.output.cidr, 1)
    zones   = [for zone in terraform_data.zone : zone.output.name]
  }
  triggers_replace = [terraform_data.address_plan.output.cidr]
}
