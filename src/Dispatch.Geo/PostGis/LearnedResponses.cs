using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Npgsql;

namespace Dispatch.Geo.PostGis;

/// <summary>What a plan needs beside the candidates, read in the round trip of their first page: everybody's rates, and the offers still open.</summary>
internal sealed class LearnedResponses(MatchQuestion question)
{
    /// <summary>A phone that has not confirmed the offer so long counts as one that may never; before, its silence says nothing.</summary>
    internal const double ReceiptDueSeconds = 30;

    private static readonly string Rates = SpatialSql.Read("ResponseRates.sql");
    private static readonly string OpenOffers = SpatialSql.Read("OpenOffers.sql");

    public bool IsRead { get; private set; }

    private bool ReadsOffers => !question.FirstWave;

    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        if (IsRead)
        {
            yield break;
        }

        yield return new NpgsqlBatchCommand(Rates) { Parameters = { new() { Value = 1 + (int)question.Hours } } };
        if (ReadsOffers)
        {
            yield return new NpgsqlBatchCommand(OpenOffers)
            {
                Parameters = { new() { Value = question.IncidentId }, new() { Value = (question.At - Gates.FixFreshFor).UtcDateTime } },
            };
        }
    }

    /// <summary>The request with model and open offers; the reader stands on the first answer and is left on the one after the last.</summary>
    public async Task<MatchRequest> ReadAsync(NpgsqlDataReader reader, MatchRequest request, CancellationToken cancellation)
    {
        var published = ResponseModel.Published(question.Hours);
        if (await reader.ReadAsync(cancellation))
        {
            published = published with
            {
                Everybody = new(reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2)),
                AcceptMedianSeconds = reader.GetDouble(3),
                DeclineMedianSeconds = reader.GetDouble(4),
            };
        }

        await reader.NextResultAsync(cancellation);
        var open = ReadsOffers ? await ReadOffersAsync(reader, cancellation) : [];
        IsRead = true;
        return request with
        {
            Model = published,
            Needs = [.. request.Needs.Select(need => need.Plan is null ? need : need with
            {
                Plan = need.Plan with { Open = [.. need.Plan.Open, .. open.Where(offer => offer.Need == need.Ordinal).Select(offer => offer.Offer)] },
            })],
        };
    }

    private async Task<List<(int Need, OpenOffer Offer)>> ReadOffersAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var offers = new List<(int, OpenOffer)>();
        while (await reader.ReadAsync(cancellation))
        {
            double Seconds(DateTime until) => Math.Max(0, Math.Round((until - reader.GetFieldValue<DateTime>(1)).TotalSeconds, 3));
            var seconds = Seconds(question.At.UtcDateTime);
            double? deliveredAfter = reader.IsDBNull(3) ? null : Seconds(reader.GetFieldValue<DateTime>(3));
            offers.Add((reader.GetInt16(0), new OpenOffer
            {
                VolunteerId = reader.GetGuid(8),
                AskedSecondsAgo = seconds,
                DistanceMetres = Math.Round(reader.GetDouble(2), 3),
                Receipt = deliveredAfter is not null ? Receipt.Delivered : reader.GetBoolean(9) ? Receipt.Failed : seconds < ReceiptDueSeconds ? Receipt.Unknown : Receipt.NotDelivered,
                DeliveredAfterSeconds = deliveredAfter > WavePlanner.DeliveryMeanSeconds ? deliveredAfter : null, // the usual moment is in the learned delays
                Record = reader.IsDBNull(4) ? ResponseRecord.None : CandidateRow.RecordOf(reader, 4, question.Hours) ?? ResponseRecord.None,
                Means = reader.IsDBNull(7) ? Means.Undeclared : CandidateRow.MeansOf(reader.GetString(7)),
            }));
        }

        await reader.NextResultAsync(cancellation);
        return offers;
    }
}
