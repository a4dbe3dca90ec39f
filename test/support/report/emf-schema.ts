const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

/**
 * The rules of the specification of the embedded metric format, with the limits of PutMetricData: 100 metrics,
 * 30 dimensions, and the values of a dimension.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const EMF_SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 1e12, maximum: 1e13 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { ...text(255), pattern: '^(?!AWS/)[0-9A-Za-z.\\-_/#:]+$' },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, uniqueItems: true, items: text(250) },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: {
                    Name: text(1024),
                    Unit: { enum: ['Seconds', 'Milliseconds', 'Count', 'Percent', 'Bytes', 'None'] },
                    StorageResolution: { enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  // The targets of dimensions are texts, those of metrics are numbers. No other members are written.
  additionalProperties: {
    anyOf: [{ type: 'number' }, { ...text(1024), pattern: '^(?=.*[!-~])[ -~]+$' }],
  },
} as const;
