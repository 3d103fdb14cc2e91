using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Callouts;

internal static class CalloutRoutes
{
    public static void MapCallouts(this IEndpointRouteBuilder routes)
    {
        var callouts = routes.MapGroup("/api/callouts").RequireAuthorization(SignIns.VolunteersOnly).WithTags("Call-outs");
        callouts.MapGet("/mine", MyCallouts.Handle).Produces<MyCallouts.View>();
        callouts.MapGet("/{id:guid}/why", ExplainIncident.Why);
        callouts.MapPut("/{id:guid}/answer", async (Guid id, AnswerCallout.Request request, Caller caller, AnswerCallout answer) =>
            (await answer.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<Card>();
        callouts.MapPut("/{id:guid}/progress", async (Guid id, ReportProgress.Request request, Caller caller, ReportProgress progress) =>
            (await progress.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<Card>();
        callouts.MapPut("/{id:guid}/seen", (Guid id, Caller caller, Receipts receipts) =>
        {
            receipts.Seen(caller.VolunteerId, id);
            return TypedResults.NoContent();
        });
    }
}

/// <summary>The volunteer's call-outs: the open ones and those of the last day. Also what a phone polls while a call-out is open.</summary>
internal static class MyCallouts
{
    internal sealed record View(long Cursor, IReadOnlyList<Card> Callouts, DateTimeOffset ServerTime);

    public static async Task<IResult> Handle(Caller caller, NpgsqlDataSource source, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // The cursor first: a call-out that arrives in between is on the list and comes again over the line, never the other way round.
        await using var head = new NpgsqlCommand("SELECT last_number FROM inbox_heads WHERE volunteer_id = $1", connection);
        head.Parameters.Add(new() { Value = caller.VolunteerId });
        var cursor = (long?)await head.ExecuteScalarAsync(cancellation) ?? 0;
        await using var command = new NpgsqlCommand(
            Card.Sql + """
             WHERE c.volunteer_id = $1
               AND (c.state IN ('offered', 'accepted', 'enRoute', 'onScene', 'standby') OR c.changed_at > now() - interval '24 hours')
             ORDER BY c.offered_at DESC LIMIT 100
            """,
            connection);
        command.Parameters.Add(new() { Value = caller.VolunteerId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var cards = new List<Card>();
        while (await reader.ReadAsync(cancellation))
        {
            cards.Add(Card.Read(reader));
        }

        return TypedResults.Json(new View(cursor, cards, time.GetUtcNow()), Json.Options);
    }
}
