# The alarms as data. Terraform evaluates this file without a provider, which the tests do. See versions.tf for what was checked.
locals {
  # Metrics Insights combines the metrics of all hosts, so new hosts need no change.
  from = "FROM \"cred-watch\""

  job_alarms = merge([
    for job in var.job_names : {
      "job-not-safe-${job}" = {
        description = "A start of ${job} can be unsafe on some host: its credentials can expire before it ends. See `cred-watch report`."
        query       = "SELECT MIN(cred_watch_job_safe) ${local.from} WHERE job_name = '${job}'"
        comparison  = "LessThanThreshold"
        threshold   = 1
        periods     = 1
        missing     = "notBreaching"
      }
      "job-unknown-${job}" = {
        description = "No host has had enough evidence to judge ${job} for an hour. See `cred-watch report`."
        query       = "SELECT COUNT(cred_watch_job_safe) ${local.from} WHERE job_name = '${job}'"
        comparison  = "LessThanThreshold"
        threshold   = 1
        periods     = 12
        missing     = "breaching"
      }
    }
  ]...)

  fleet_alarms = {
    expired-credentials-served = {
      description = "The last poll of some host got expired credentials. See `cred-watch report`."
      query       = "SELECT MIN(cred_watch_observed_remaining_seconds) ${local.from}"
      comparison  = "LessThanThreshold"
      threshold   = 0
      periods     = 1
      missing     = "notBreaching"
    }
    source-down = {
      description = "The polls of some host have failed for 15 minutes. See `cred-watch poll` on the host."
      query       = "SELECT MIN(cred_watch_source_up) ${local.from}"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = 3
      missing     = "notBreaching"
    }
    clock-ahead = {
      description = "The clock of some host is more than one minute ahead of AWS. Credentials expire by the clock of AWS."
      query       = "SELECT MAX(cred_watch_clock_offset_seconds) ${local.from}"
      comparison  = "GreaterThanThreshold"
      threshold   = 60
      periods     = 3
      missing     = "notBreaching"
    }
    clock-behind = {
      description = "The clock of some host is more than one minute behind AWS, so credentials seem to last longer than they do."
      query       = "SELECT MIN(cred_watch_clock_offset_seconds) ${local.from}"
      comparison  = "LessThanThreshold"
      threshold   = -60
      periods     = 3
      missing     = "notBreaching"
    }
    no-metrics = {
      description = "No host has sent metrics."
      query       = "SELECT COUNT(cred_watch_source_up) ${local.from}"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = var.max_silence_seconds / 300
      missing     = "breaching"
    }
  }

  host_alarms = {
    for host in var.hosts : "host-silent-${host}" => {
      description = "${host} has sent no metrics. Check its poller and its CloudWatch agent."
      query       = "SELECT COUNT(cred_watch_source_up) ${local.from} WHERE host = '${host}'"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = var.max_silence_seconds / 300
      missing     = "breaching"
    }
  }

  alarms = merge(local.fleet_alarms, local.job_alarms, local.host_alarms)
}
