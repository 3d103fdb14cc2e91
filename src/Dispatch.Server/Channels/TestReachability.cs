using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// An operator asks whether a volunteer can be reached: a test goes out on every channel he has, plainly marked as a test, and the outcome of each is
/// kept. A channel he does not have is an outcome too, with its reason. Repeatable under the caller's id.
/// </summary>
internal sealed class TestReachability(IDbContextFactory<DispatchDb> store, NpgsqlDataSource source, ChannelSettings settings, Outbox outbox)
{
    private const int Shown = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    internal sealed record Request(Guid? TestId);

    internal sealed record Person(Guid Id, string? Name);

    internal sealed record View(Guid Id, Guid VolunteerId, DateTimeOffset OrderedAt, Person OrderedBy, IReadOnlyList<ChannelView> Channels);

    internal sealed record Listing(IReadOnlyList<View> Tests, DateTimeOffset ServerTime);

    public static async Task<IResult> Order(Guid id, Request request, Caller caller, TestReachability test, CancellationToken cancellation) =>
        (await test.OrderAsync(id, request, caller, cancellation)).ToResult();

    public static async Task<IResult> List(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await IsOursAsync(db, id, caller, cancellation)
            ? TypedResults.Json(new Listing(await ReadAsync(db, id, cancellation), time.GetUtcNow()), Json.Options)
            : Problems.NotFound("志愿者", "volunteer");
    }

    /// <summary>The volunteer pressed "received", on whatever channel it came.</summary>
    public static async Task<bool> ConfirmAsync(NpgsqlDataSource source, Guid message, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("UPDATE channel_messages SET confirmed_at = clock_timestamp(), changed_at = clock_timestamp() WHERE id = $1 AND confirmed_at IS NULL");
        command.Parameters.Add(new() { Value = message });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private async Task<Outcome<View>> OrderAsync(Guid volunteer, Request request, Caller caller, CancellationToken cancellation)
    {
        if (request.TestId is not { } id || id == Guid.Empty)
        {
            return Problems.Invalid(new Fault("testId", "请给出此次测试的编号（UUID）", "give the test an id (UUID)"));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        if (!await IsOursAsync(db, volunteer, caller, cancellation))
        {
            return Problems.NotFound("志愿者", "volunteer");
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (owner, recent) = await LookAsync(connection, id, volunteer, cancellation);
        if (owner is not null)
        {
            return owner == volunteer ? await ViewAsync(db, volunteer, id, cancellation) : Problems.DifferentBody(new { testId = id });
        }

        if (recent)
        {
            return Problems.TooMany();
        }

        await using (var insert = new NpgsqlCommand(
            "INSERT INTO reachability_tests (id, volunteer_id, ordered_by, ordered_at) VALUES ($1, $2, $3, clock_timestamp())", connection))
        {
            insert.Parameters.Add(new() { Value = id });
            insert.Parameters.Add(new() { Value = volunteer });
            insert.Parameters.Add(new() { Value = caller.AccountId });
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        var drafts = await DraftsAsync(connection, id, volunteer, cancellation);
        await Outbox.AppendAsync(connection, drafts, cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake(drafts.Where(draft => draft.UnavailableBecause is null).Select(draft => draft.Channel));
        return await ViewAsync(db, volunteer, id, cancellation);
    }

    /// <summary>Whose test the id is already, and whether he was tested a moment ago. The volunteer's tests are ordered one at a time.</summary>
    private static async Task<(Guid? Owner, bool Recent)> LookAsync(NpgsqlConnection connection, Guid id, Guid volunteer, CancellationToken cancellation)
    {
        await using (var queue = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('test ' || $1))", connection))
        {
            queue.Parameters.Add(new() { Value = volunteer.ToString() });
            await queue.ExecuteNonQueryAsync(cancellation);
        }

        await using var command = new NpgsqlCommand("""
            SELECT (SELECT volunteer_id FROM reachability_tests WHERE id = $1), EXISTS (SELECT FROM reachability_tests WHERE volunteer_id = $2 AND ordered_at > clock_timestamp() - $3)
            """, connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = volunteer });
        command.Parameters.Add(new() { Value = Pause });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.IsDBNull(0) ? null : reader.GetGuid(0), reader.GetBoolean(1));
    }

    private async Task<List<Outbox.Draft>> DraftsAsync(NpgsqlConnection connection, Guid test, Guid volunteer, CancellationToken cancellation)
    {
        bool activated, subscribed, numbered;
        await using (var command = new NpgsqlCommand("""
            SELECT EXISTS (SELECT FROM accounts WHERE volunteer_id = $1), EXISTS (SELECT FROM push_subscriptions WHERE volunteer_id = $1), EXISTS (SELECT FROM phone_numbers WHERE volunteer_id = $1)
            """, connection))
        {
            command.Parameters.Add(new() { Value = volunteer });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            (activated, subscribed, numbered) = (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2));
        }

        Outbox.Draft Of(ChannelKind kind, string? not) => new(null, test, volunteer, kind, not);
        string? ByNumber(ChannelKind kind) => !settings.Gateways.ContainsKey(kind) ? "notConfigured" : numbered ? null : "noNumber";
        return
        [
            Of(ChannelKind.Live, activated ? null : "notActivated"), Of(ChannelKind.Push, subscribed ? null : "notSubscribed"),
            Of(ChannelKind.Sms, ByNumber(ChannelKind.Sms)), Of(ChannelKind.Voice, ByNumber(ChannelKind.Voice)),
        ];
    }

    private static Task<bool> IsOursAsync(DispatchDb db, Guid volunteer, Caller caller, CancellationToken cancellation) =>
        OwnVolunteer.IsAsync(db, volunteer, caller, cancellation);

    private static async Task<Outcome<View>> ViewAsync(DispatchDb db, Guid volunteer, Guid test, CancellationToken cancellation) =>
        (await ReadAsync(db, volunteer, cancellation, test)).Single();

    private static async Task<IReadOnlyList<View>> ReadAsync(DispatchDb db, Guid volunteer, CancellationToken cancellation, Guid? only = null)
    {
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT t.id AS "Id", t.ordered_at AS "OrderedAt", t.ordered_by AS "By", a.name AS "Name" FROM reachability_tests t JOIN accounts a ON a.id = t.ordered_by
            WHERE t.volunteer_id = {volunteer} AND ({only}::uuid IS NULL OR t.id = {only}) ORDER BY t.ordered_at DESC LIMIT {Shown}
            """).ToListAsync(cancellation);
        var ids = rows.ConvertAll(row => row.Id);
        var messages = (await db.ChannelMessages.AsNoTracking().Where(message => message.TestId != null && ids.Contains(message.TestId.Value)).ToListAsync(cancellation)).ToLookup(message => message.TestId);
        return rows.ConvertAll(row => new View(row.Id, volunteer, row.OrderedAt, new(row.By, row.Name), ChannelView.Of(messages[row.Id])));
    }

    private sealed record Row(Guid Id, DateTimeOffset OrderedAt, Guid By, string Name);
}

/// <summary>Whether a volunteer is of the operator's own region.</summary>
internal static class OwnVolunteer
{
    public static async Task<bool> IsAsync(DispatchDb db, Guid volunteer, Caller caller, CancellationToken cancellation)
    {
        var home = await db.Volunteers.Where(row => row.Id == volunteer)
            .Join(db.Regions, row => row.HomeRegion, region => region.Code, (_, region) => region.Path).SingleOrDefaultAsync(cancellation);
        return home is not null && caller.Commands(home);
    }
}
