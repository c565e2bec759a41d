// Generated from schema.ts by ajv: npx vitest run test/checker/trace.test.ts -u
// @ts-nocheck
/* oxlint-disable */
import type { SchemaValidator } from '../schema.ts';
export const validate: SchemaValidator = validate20;
const schema31 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:maskbit-trace:1',
  title: 'A run of a machine, step by step',
  $defs: {
    names: { type: 'array', items: { type: 'string' } },
    regions: { type: 'object', additionalProperties: { type: 'string' } },
  },
  type: 'object',
  required: ['format', 'version', 'machine', 'instance', 'fingerprint', 'events', 'start', 'steps'],
  additionalProperties: false,
  properties: {
    format: { const: 'maskbit-trace' },
    version: { const: 1 },
    machine: { type: 'string', description: 'The id of the machine.' },
    instance: {
      description: 'What this instance of the machine is made of: its design, its number of vectors, its messages.',
      type: 'object',
      additionalProperties: { type: ['string', 'number'] },
    },
    fingerprint: {
      description:
        'Hashes of the names of the events, in order, of the outputs, and of the states: FNV-1a, 32 bits each.',
      type: 'string',
      pattern: '^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$',
    },
    events: { $ref: '#/$defs/names', description: 'The alphabet. Events go by their place in it, from 0 on.' },
    start: {
      $ref: '#/$defs/regions',
      description: 'The current child of each region before the first step; "" where none is.',
    },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['event', 'outputs', 'changes', 'sentence'],
        additionalProperties: false,
        properties: {
          event: { type: 'integer', minimum: 0 },
          outputs: { $ref: '#/$defs/names', description: 'In order.' },
          changes: {
            $ref: '#/$defs/regions',
            description: 'The regions whose current child is another one after the step.',
          },
          sentence: { type: 'string', description: 'What happens, for a reader. Nothing is decided by it.' },
        },
      },
    },
    loop: {
      description:
        'The number of steps before a loop: those from there on happen again and again, or nothing does if there are none.',
      type: 'integer',
      minimum: 0,
    },
    verdict: {
      description: 'What the run shows: how a property fails, that it holds along it, or where it applies.',
      type: 'object',
      required: ['property', 'result', 'sentence', 'rules'],
      additionalProperties: false,
      properties: {
        property: { type: 'string' },
        result: { enum: ['fails', 'holds', 'witness'] },
        sentence: { type: 'string' },
        rules: { $ref: '#/$defs/names' },
      },
    },
  },
};
const schema32 = { type: 'array', items: { type: 'string' } };
const schema33 = { type: 'object', additionalProperties: { type: 'string' } };
const func1 = Object.prototype.hasOwnProperty;
const pattern4 = new RegExp('^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$', 'u');

function validate20(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {},
) {
  /*# sourceURL="urn:maskbit-trace:1" */
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate20.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  if (errors === 0) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if (
        (data.format === undefined && (missing0 = 'format')) ||
        (data.version === undefined && (missing0 = 'version')) ||
        (data.machine === undefined && (missing0 = 'machine')) ||
        (data.instance === undefined && (missing0 = 'instance')) ||
        (data.fingerprint === undefined && (missing0 = 'fingerprint')) ||
        (data.events === undefined && (missing0 = 'events')) ||
        (data.start === undefined && (missing0 = 'start')) ||
        (data.steps === undefined && (missing0 = 'steps'))
      ) {
        validate20.errors = [
          {
            instancePath,
            schemaPath: '#/required',
            keyword: 'required',
            params: { missingProperty: missing0 },
            message: "must have required property '" + missing0 + "'",
          },
        ];
        return false;
      } else {
        const _errs1 = errors;
        for (const key0 in data) {
          if (!func1.call(schema31.properties, key0)) {
            validate20.errors = [
              {
                instancePath,
                schemaPath: '#/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key0 },
                message: 'must NOT have additional properties',
              },
            ];
            return false;
            break;
          }
        }
        if (_errs1 === errors) {
          if (data.format !== undefined) {
            const _errs2 = errors;
            if ('maskbit-trace' !== data.format) {
              validate20.errors = [
                {
                  instancePath: instancePath + '/format',
                  schemaPath: '#/properties/format/const',
                  keyword: 'const',
                  params: { allowedValue: 'maskbit-trace' },
                  message: 'must be equal to constant',
                },
              ];
              return false;
            }
            var valid0 = _errs2 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.version !== undefined) {
              const _errs3 = errors;
              if (1 !== data.version) {
                validate20.errors = [
                  {
                    instancePath: instancePath + '/version',
                    schemaPath: '#/properties/version/const',
                    keyword: 'const',
                    params: { allowedValue: 1 },
                    message: 'must be equal to constant',
                  },
                ];
                return false;
              }
              var valid0 = _errs3 === errors;
            } else {
              var valid0 = true;
            }
            if (valid0) {
              if (data.machine !== undefined) {
                const _errs4 = errors;
                if (typeof data.machine !== 'string') {
                  validate20.errors = [
                    {
                      instancePath: instancePath + '/machine',
                      schemaPath: '#/properties/machine/type',
                      keyword: 'type',
                      params: { type: 'string' },
                      message: 'must be string',
                    },
                  ];
                  return false;
                }
                var valid0 = _errs4 === errors;
              } else {
                var valid0 = true;
              }
              if (valid0) {
                if (data.instance !== undefined) {
                  let data3 = data.instance;
                  const _errs6 = errors;
                  if (errors === _errs6) {
                    if (data3 && typeof data3 == 'object' && !Array.isArray(data3)) {
                      for (const key1 in data3) {
                        let data4 = data3[key1];
                        const _errs9 = errors;
                        if (typeof data4 !== 'string' && !(typeof data4 == 'number' && isFinite(data4))) {
                          validate20.errors = [
                            {
                              instancePath: instancePath + '/instance/' + key1.replace(/~/g, '~0').replace(/\//g, '~1'),
                              schemaPath: '#/properties/instance/additionalProperties/type',
                              keyword: 'type',
                              params: { type: schema31.properties.instance.additionalProperties.type },
                              message: 'must be string,number',
                            },
                          ];
                          return false;
                        }
                        var valid1 = _errs9 === errors;
                        if (!valid1) {
                          break;
                        }
                      }
                    } else {
                      validate20.errors = [
                        {
                          instancePath: instancePath + '/instance',
                          schemaPath: '#/properties/instance/type',
                          keyword: 'type',
                          params: { type: 'object' },
                          message: 'must be object',
                        },
                      ];
                      return false;
                    }
                  }
                  var valid0 = _errs6 === errors;
                } else {
                  var valid0 = true;
                }
                if (valid0) {
                  if (data.fingerprint !== undefined) {
                    let data5 = data.fingerprint;
                    const _errs11 = errors;
                    if (errors === _errs11) {
                      if (typeof data5 === 'string') {
                        if (!pattern4.test(data5)) {
                          validate20.errors = [
                            {
                              instancePath: instancePath + '/fingerprint',
                              schemaPath: '#/properties/fingerprint/pattern',
                              keyword: 'pattern',
                              params: { pattern: '^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$' },
                              message: 'must match pattern "' + '^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$' + '"',
                            },
                          ];
                          return false;
                        }
                      } else {
                        validate20.errors = [
                          {
                            instancePath: instancePath + '/fingerprint',
                            schemaPath: '#/properties/fingerprint/type',
                            keyword: 'type',
                            params: { type: 'string' },
                            message: 'must be string',
                          },
                        ];
                        return false;
                      }
                    }
                    var valid0 = _errs11 === errors;
                  } else {
                    var valid0 = true;
                  }
                  if (valid0) {
                    if (data.events !== undefined) {
                      let data6 = data.events;
                      const _errs13 = errors;
                      const _errs14 = errors;
                      if (errors === _errs14) {
                        if (Array.isArray(data6)) {
                          var valid3 = true;
                          const len0 = data6.length;
                          for (let i0 = 0; i0 < len0; i0++) {
                            const _errs16 = errors;
                            if (typeof data6[i0] !== 'string') {
                              validate20.errors = [
                                {
                                  instancePath: instancePath + '/events/' + i0,
                                  schemaPath: '#/$defs/names/items/type',
                                  keyword: 'type',
                                  params: { type: 'string' },
                                  message: 'must be string',
                                },
                              ];
                              return false;
                            }
                            var valid3 = _errs16 === errors;
                            if (!valid3) {
                              break;
                            }
                          }
                        } else {
                          validate20.errors = [
                            {
                              instancePath: instancePath + '/events',
                              schemaPath: '#/$defs/names/type',
                              keyword: 'type',
                              params: { type: 'array' },
                              message: 'must be array',
                            },
                          ];
                          return false;
                        }
                      }
                      var valid0 = _errs13 === errors;
                    } else {
                      var valid0 = true;
                    }
                    if (valid0) {
                      if (data.start !== undefined) {
                        let data8 = data.start;
                        const _errs18 = errors;
                        const _errs19 = errors;
                        if (errors === _errs19) {
                          if (data8 && typeof data8 == 'object' && !Array.isArray(data8)) {
                            for (const key2 in data8) {
                              const _errs22 = errors;
                              if (typeof data8[key2] !== 'string') {
                                validate20.errors = [
                                  {
                                    instancePath:
                                      instancePath + '/start/' + key2.replace(/~/g, '~0').replace(/\//g, '~1'),
                                    schemaPath: '#/$defs/regions/additionalProperties/type',
                                    keyword: 'type',
                                    params: { type: 'string' },
                                    message: 'must be string',
                                  },
                                ];
                                return false;
                              }
                              var valid5 = _errs22 === errors;
                              if (!valid5) {
                                break;
                              }
                            }
                          } else {
                            validate20.errors = [
                              {
                                instancePath: instancePath + '/start',
                                schemaPath: '#/$defs/regions/type',
                                keyword: 'type',
                                params: { type: 'object' },
                                message: 'must be object',
                              },
                            ];
                            return false;
                          }
                        }
                        var valid0 = _errs18 === errors;
                      } else {
                        var valid0 = true;
                      }
                      if (valid0) {
                        if (data.steps !== undefined) {
                          let data10 = data.steps;
                          const _errs24 = errors;
                          if (errors === _errs24) {
                            if (Array.isArray(data10)) {
                              var valid6 = true;
                              const len1 = data10.length;
                              for (let i1 = 0; i1 < len1; i1++) {
                                let data11 = data10[i1];
                                const _errs26 = errors;
                                if (errors === _errs26) {
                                  if (data11 && typeof data11 == 'object' && !Array.isArray(data11)) {
                                    let missing1;
                                    if (
                                      (data11.event === undefined && (missing1 = 'event')) ||
                                      (data11.outputs === undefined && (missing1 = 'outputs')) ||
                                      (data11.changes === undefined && (missing1 = 'changes')) ||
                                      (data11.sentence === undefined && (missing1 = 'sentence'))
                                    ) {
                                      validate20.errors = [
                                        {
                                          instancePath: instancePath + '/steps/' + i1,
                                          schemaPath: '#/properties/steps/items/required',
                                          keyword: 'required',
                                          params: { missingProperty: missing1 },
                                          message: "must have required property '" + missing1 + "'",
                                        },
                                      ];
                                      return false;
                                    } else {
                                      const _errs28 = errors;
                                      for (const key3 in data11) {
                                        if (
                                          !(
                                            key3 === 'event' ||
                                            key3 === 'outputs' ||
                                            key3 === 'changes' ||
                                            key3 === 'sentence'
                                          )
                                        ) {
                                          validate20.errors = [
                                            {
                                              instancePath: instancePath + '/steps/' + i1,
                                              schemaPath: '#/properties/steps/items/additionalProperties',
                                              keyword: 'additionalProperties',
                                              params: { additionalProperty: key3 },
                                              message: 'must NOT have additional properties',
                                            },
                                          ];
                                          return false;
                                          break;
                                        }
                                      }
                                      if (_errs28 === errors) {
                                        if (data11.event !== undefined) {
                                          let data12 = data11.event;
                                          const _errs29 = errors;
                                          if (
                                            !(
                                              typeof data12 == 'number' &&
                                              !(data12 % 1) &&
                                              !isNaN(data12) &&
                                              isFinite(data12)
                                            )
                                          ) {
                                            validate20.errors = [
                                              {
                                                instancePath: instancePath + '/steps/' + i1 + '/event',
                                                schemaPath: '#/properties/steps/items/properties/event/type',
                                                keyword: 'type',
                                                params: { type: 'integer' },
                                                message: 'must be integer',
                                              },
                                            ];
                                            return false;
                                          }
                                          if (errors === _errs29) {
                                            if (typeof data12 == 'number' && isFinite(data12)) {
                                              if (data12 < 0 || isNaN(data12)) {
                                                validate20.errors = [
                                                  {
                                                    instancePath: instancePath + '/steps/' + i1 + '/event',
                                                    schemaPath: '#/properties/steps/items/properties/event/minimum',
                                                    keyword: 'minimum',
                                                    params: { comparison: '>=', limit: 0 },
                                                    message: 'must be >= 0',
                                                  },
                                                ];
                                                return false;
                                              }
                                            }
                                          }
                                          var valid7 = _errs29 === errors;
                                        } else {
                                          var valid7 = true;
                                        }
                                        if (valid7) {
                                          if (data11.outputs !== undefined) {
                                            let data13 = data11.outputs;
                                            const _errs31 = errors;
                                            const _errs32 = errors;
                                            if (errors === _errs32) {
                                              if (Array.isArray(data13)) {
                                                var valid9 = true;
                                                const len2 = data13.length;
                                                for (let i2 = 0; i2 < len2; i2++) {
                                                  const _errs34 = errors;
                                                  if (typeof data13[i2] !== 'string') {
                                                    validate20.errors = [
                                                      {
                                                        instancePath: instancePath + '/steps/' + i1 + '/outputs/' + i2,
                                                        schemaPath: '#/$defs/names/items/type',
                                                        keyword: 'type',
                                                        params: { type: 'string' },
                                                        message: 'must be string',
                                                      },
                                                    ];
                                                    return false;
                                                  }
                                                  var valid9 = _errs34 === errors;
                                                  if (!valid9) {
                                                    break;
                                                  }
                                                }
                                              } else {
                                                validate20.errors = [
                                                  {
                                                    instancePath: instancePath + '/steps/' + i1 + '/outputs',
                                                    schemaPath: '#/$defs/names/type',
                                                    keyword: 'type',
                                                    params: { type: 'array' },
                                                    message: 'must be array',
                                                  },
                                                ];
                                                return false;
                                              }
                                            }
                                            var valid7 = _errs31 === errors;
                                          } else {
                                            var valid7 = true;
                                          }
                                          if (valid7) {
                                            if (data11.changes !== undefined) {
                                              let data15 = data11.changes;
                                              const _errs36 = errors;
                                              const _errs37 = errors;
                                              if (errors === _errs37) {
                                                if (data15 && typeof data15 == 'object' && !Array.isArray(data15)) {
                                                  for (const key4 in data15) {
                                                    const _errs40 = errors;
                                                    if (typeof data15[key4] !== 'string') {
                                                      validate20.errors = [
                                                        {
                                                          instancePath:
                                                            instancePath +
                                                            '/steps/' +
                                                            i1 +
                                                            '/changes/' +
                                                            key4.replace(/~/g, '~0').replace(/\//g, '~1'),
                                                          schemaPath: '#/$defs/regions/additionalProperties/type',
                                                          keyword: 'type',
                                                          params: { type: 'string' },
                                                          message: 'must be string',
                                                        },
                                                      ];
                                                      return false;
                                                    }
                                                    var valid11 = _errs40 === errors;
                                                    if (!valid11) {
                                                      break;
                                                    }
                                                  }
                                                } else {
                                                  validate20.errors = [
                                                    {
                                                      instancePath: instancePath + '/steps/' + i1 + '/changes',
                                                      schemaPath: '#/$defs/regions/type',
                                                      keyword: 'type',
                                                      params: { type: 'object' },
                                                      message: 'must be object',
                                                    },
                                                  ];
                                                  return false;
                                                }
                                              }
                                              var valid7 = _errs36 === errors;
                                            } else {
                                              var valid7 = true;
                                            }
                                            if (valid7) {
                                              if (data11.sentence !== undefined) {
                                                const _errs42 = errors;
                                                if (typeof data11.sentence !== 'string') {
                                                  validate20.errors = [
                                                    {
                                                      instancePath: instancePath + '/steps/' + i1 + '/sentence',
                                                      schemaPath: '#/properties/steps/items/properties/sentence/type',
                                                      keyword: 'type',
                                                      params: { type: 'string' },
                                                      message: 'must be string',
                                                    },
                                                  ];
                                                  return false;
                                                }
                                                var valid7 = _errs42 === errors;
                                              } else {
                                                var valid7 = true;
                                              }
                                            }
                                          }
                                        }
                                      }
                                    }
                                  } else {
                                    validate20.errors = [
                                      {
                                        instancePath: instancePath + '/steps/' + i1,
                                        schemaPath: '#/properties/steps/items/type',
                                        keyword: 'type',
                                        params: { type: 'object' },
                                        message: 'must be object',
                                      },
                                    ];
                                    return false;
                                  }
                                }
                                var valid6 = _errs26 === errors;
                                if (!valid6) {
                                  break;
                                }
                              }
                            } else {
                              validate20.errors = [
                                {
                                  instancePath: instancePath + '/steps',
                                  schemaPath: '#/properties/steps/type',
                                  keyword: 'type',
                                  params: { type: 'array' },
                                  message: 'must be array',
                                },
                              ];
                              return false;
                            }
                          }
                          var valid0 = _errs24 === errors;
                        } else {
                          var valid0 = true;
                        }
                        if (valid0) {
                          if (data.loop !== undefined) {
                            let data18 = data.loop;
                            const _errs44 = errors;
                            if (!(typeof data18 == 'number' && !(data18 % 1) && !isNaN(data18) && isFinite(data18))) {
                              validate20.errors = [
                                {
                                  instancePath: instancePath + '/loop',
                                  schemaPath: '#/properties/loop/type',
                                  keyword: 'type',
                                  params: { type: 'integer' },
                                  message: 'must be integer',
                                },
                              ];
                              return false;
                            }
                            if (errors === _errs44) {
                              if (typeof data18 == 'number' && isFinite(data18)) {
                                if (data18 < 0 || isNaN(data18)) {
                                  validate20.errors = [
                                    {
                                      instancePath: instancePath + '/loop',
                                      schemaPath: '#/properties/loop/minimum',
                                      keyword: 'minimum',
                                      params: { comparison: '>=', limit: 0 },
                                      message: 'must be >= 0',
                                    },
                                  ];
                                  return false;
                                }
                              }
                            }
                            var valid0 = _errs44 === errors;
                          } else {
                            var valid0 = true;
                          }
                          if (valid0) {
                            if (data.verdict !== undefined) {
                              let data19 = data.verdict;
                              const _errs46 = errors;
                              if (errors === _errs46) {
                                if (data19 && typeof data19 == 'object' && !Array.isArray(data19)) {
                                  let missing2;
                                  if (
                                    (data19.property === undefined && (missing2 = 'property')) ||
                                    (data19.result === undefined && (missing2 = 'result')) ||
                                    (data19.sentence === undefined && (missing2 = 'sentence')) ||
                                    (data19.rules === undefined && (missing2 = 'rules'))
                                  ) {
                                    validate20.errors = [
                                      {
                                        instancePath: instancePath + '/verdict',
                                        schemaPath: '#/properties/verdict/required',
                                        keyword: 'required',
                                        params: { missingProperty: missing2 },
                                        message: "must have required property '" + missing2 + "'",
                                      },
                                    ];
                                    return false;
                                  } else {
                                    const _errs48 = errors;
                                    for (const key5 in data19) {
                                      if (
                                        !(
                                          key5 === 'property' ||
                                          key5 === 'result' ||
                                          key5 === 'sentence' ||
                                          key5 === 'rules'
                                        )
                                      ) {
                                        validate20.errors = [
                                          {
                                            instancePath: instancePath + '/verdict',
                                            schemaPath: '#/properties/verdict/additionalProperties',
                                            keyword: 'additionalProperties',
                                            params: { additionalProperty: key5 },
                                            message: 'must NOT have additional properties',
                                          },
                                        ];
                                        return false;
                                        break;
                                      }
                                    }
                                    if (_errs48 === errors) {
                                      if (data19.property !== undefined) {
                                        const _errs49 = errors;
                                        if (typeof data19.property !== 'string') {
                                          validate20.errors = [
                                            {
                                              instancePath: instancePath + '/verdict/property',
                                              schemaPath: '#/properties/verdict/properties/property/type',
                                              keyword: 'type',
                                              params: { type: 'string' },
                                              message: 'must be string',
                                            },
                                          ];
                                          return false;
                                        }
                                        var valid12 = _errs49 === errors;
                                      } else {
                                        var valid12 = true;
                                      }
                                      if (valid12) {
                                        if (data19.result !== undefined) {
                                          let data21 = data19.result;
                                          const _errs51 = errors;
                                          if (!(data21 === 'fails' || data21 === 'holds' || data21 === 'witness')) {
                                            validate20.errors = [
                                              {
                                                instancePath: instancePath + '/verdict/result',
                                                schemaPath: '#/properties/verdict/properties/result/enum',
                                                keyword: 'enum',
                                                params: {
                                                  allowedValues: schema31.properties.verdict.properties.result.enum,
                                                },
                                                message: 'must be equal to one of the allowed values',
                                              },
                                            ];
                                            return false;
                                          }
                                          var valid12 = _errs51 === errors;
                                        } else {
                                          var valid12 = true;
                                        }
                                        if (valid12) {
                                          if (data19.sentence !== undefined) {
                                            const _errs52 = errors;
                                            if (typeof data19.sentence !== 'string') {
                                              validate20.errors = [
                                                {
                                                  instancePath: instancePath + '/verdict/sentence',
                                                  schemaPath: '#/properties/verdict/properties/sentence/type',
                                                  keyword: 'type',
                                                  params: { type: 'string' },
                                                  message: 'must be string',
                                                },
                                              ];
                                              return false;
                                            }
                                            var valid12 = _errs52 === errors;
                                          } else {
                                            var valid12 = true;
                                          }
                                          if (valid12) {
                                            if (data19.rules !== undefined) {
                                              let data23 = data19.rules;
                                              const _errs54 = errors;
                                              const _errs55 = errors;
                                              if (errors === _errs55) {
                                                if (Array.isArray(data23)) {
                                                  var valid14 = true;
                                                  const len3 = data23.length;
                                                  for (let i3 = 0; i3 < len3; i3++) {
                                                    const _errs57 = errors;
                                                    if (typeof data23[i3] !== 'string') {
                                                      validate20.errors = [
                                                        {
                                                          instancePath: instancePath + '/verdict/rules/' + i3,
                                                          schemaPath: '#/$defs/names/items/type',
                                                          keyword: 'type',
                                                          params: { type: 'string' },
                                                          message: 'must be string',
                                                        },
                                                      ];
                                                      return false;
                                                    }
                                                    var valid14 = _errs57 === errors;
                                                    if (!valid14) {
                                                      break;
                                                    }
                                                  }
                                                } else {
                                                  validate20.errors = [
                                                    {
                                                      instancePath: instancePath + '/verdict/rules',
                                                      schemaPath: '#/$defs/names/type',
                                                      keyword: 'type',
                                                      params: { type: 'array' },
                                                      message: 'must be array',
                                                    },
                                                  ];
                                                  return false;
                                                }
                                              }
                                              var valid12 = _errs54 === errors;
                                            } else {
                                              var valid12 = true;
                                            }
                                          }
                                        }
                                      }
                                    }
                                  }
                                } else {
                                  validate20.errors = [
                                    {
                                      instancePath: instancePath + '/verdict',
                                      schemaPath: '#/properties/verdict/type',
                                      keyword: 'type',
                                      params: { type: 'object' },
                                      message: 'must be object',
                                    },
                                  ];
                                  return false;
                                }
                              }
                              var valid0 = _errs46 === errors;
                            } else {
                              var valid0 = true;
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    } else {
      validate20.errors = [
        { instancePath, schemaPath: '#/type', keyword: 'type', params: { type: 'object' }, message: 'must be object' },
      ];
      return false;
    }
  }
  validate20.errors = vErrors;
  return errors === 0;
}
validate20.evaluated = { props: true, dynamicProps: false, dynamicItems: false };
