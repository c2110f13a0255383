variable "environment" {
  description = "Which slice of the address space to use."
  type        = string

  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "environment must be development, staging or production."
  }
}

variable "owner" {
  description = "Who answers for what is made here."
  type        = string
  default     = "shop-team"
}

variable "address_space" {
  description = "The range that every environment takes its slice from."
  type        = string
  default     = "10.0.0.0/8"
}

variable "zones" {
  description = "How many zones the slice is divided into."
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 1 && var.zones <= 16
    error_message = "zones must be 1 to 16."
  }
}
