# The settings of the module. See versions.tf for what was checked.
variable "job_names" {
  description = "Jobs that are judged: the NAME of `report --job NAME`, or the duration of `report -j 5h`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.job_names : can(regex("^[\\w.:/ -]+$", name))])
    error_message = "A name can have letters, digits, spaces and the characters _ . : / -"
  }
}

variable "hosts" {
  description = "Hosts that must send metrics. An alarm of the fleet does not notice that one of many hosts is silent."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.hosts : can(regex("^[\\w.:/ -]+$", name))])
    error_message = "A name can have letters, digits, spaces and the characters _ . : / -"
  }
}

variable "alarm_actions" {
  description = "ARNs that get a message if an alarm starts or ends, for example of an SNS topic."
  type        = list(string)
  default     = []
}

variable "log_group_name" {
  description = "Log group to which the hosts send the output of `report -f emf`."
  type        = string
  default     = "/cred-watch/metrics"
}

variable "log_retention_days" {
  description = "The metrics stay for 15 months. The lines of the log group are not needed after that."
  type        = number
  default     = 14
}

variable "max_silence_seconds" {
  description = "Alarm if a host has sent no metrics or has no sample for this time. A multiple of 300. A query sees at most three hours."
  type        = number
  default     = 1800

  validation {
    condition     = var.max_silence_seconds >= 600 && var.max_silence_seconds <= 10800 && var.max_silence_seconds % 300 == 0
    error_message = "Use a multiple of 300 from 600 to 10800."
  }
}
