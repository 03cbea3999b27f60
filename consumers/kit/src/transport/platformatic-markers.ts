import { createAPI, type Reader, ResponseError, Writer } from '@platformatic/kafka';

/** How one transaction ends in one partition, as a coordinator tells its leader. */
export interface TransactionMarker {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly commit: boolean;
}

const key = 27;
const version = 1;

/** WriteTxnMarkers, which this client lacks. Source: WriteTxnMarkersRequest.json of Kafka 4.3; every Kafka from 2.8 on takes version 1. */
export const writeTxnMarkersV1 = createAPI<[TransactionMarker], void>(key, version, request, refuseErrors);

function request({ producerId, producerEpoch, commit, topic, partition, coordinatorEpoch }: TransactionMarker): Writer {
  return Writer.create()
    .appendArray([producerId], (marker) => {
      marker
        .appendInt64(producerId)
        .appendInt16(producerEpoch)
        .appendBoolean(commit)
        .appendArray([topic], (ofTopic) => {
          ofTopic.appendString(topic).appendArray([partition], (w, one) => w.appendInt32(one), true, false);
        })
        .appendInt32(coordinatorEpoch);
    })
    .appendTaggedFields();
}

function refuseErrors(_correlationId: number, apiKey: number, apiVersion: number, reader: Reader): void {
  const codes = reader.readArray((marker) => {
    marker.readInt64();
    return marker.readArray((topic) => {
      topic.readString();
      return topic.readArray((partition) => {
        partition.readInt32();
        return partition.readInt16();
      });
    });
  });
  reader.readTaggedFields();
  const refused = codes.flat(2).find((code) => code !== 0);
  if (refused !== undefined) throw new ResponseError(apiKey, apiVersion, { '/': [refused, null] }, codes);
}
