using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Channels;
using Dispatch.Server.Demo;
using Dispatch.Server.Incidents;
using Dispatch.Server.Liaisons;
using Dispatch.Server.Live;
using Dispatch.Server.Musters;
using Dispatch.Server.MutualAid;
using Dispatch.Server.Nodes;
using Dispatch.Server.Policies;
using Dispatch.Server.Regions;
using Dispatch.Server.Setup;
using Dispatch.Server.Storage;
using Dispatch.Server.Teams;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Volunteers;
using Npgsql;

namespace Dispatch.Server;

/// <summary>One server process: this file is its table of contents. The tests start nodes in the same way.</summary>
public sealed class Node : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly LocalPostgres? postgres;

    private Node(WebApplication app, LocalPostgres? postgres) => (this.app, this.postgres) = (app, postgres);

    public IServiceProvider Services => app.Services;

    /// <summary>The first address the node listens on; known once started.</summary>
    public string Address => app.Urls.First();

    /// <summary>Builds a node and prepares its database: the one of <c>ConnectionStrings:Postgres</c>, or else its own private cluster.</summary>
    public static async Task<Node> CreateAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(Node).Assembly.GetName().Name });
        builder.WebHost.UseStaticWebAssets(); // the console's files also outside Development and without publishing
        configure?.Invoke(builder);

        LocalPostgres? postgres = null;
        var connectionString = builder.Configuration.GetConnectionString("Postgres");
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            postgres = await LocalPostgres.StartAsync(
                new LocalPostgresOptions { DataFolder = builder.Configuration["Data:Folder"] ?? ".local", Fresh = builder.Configuration.GetValue<bool>("Data:Fresh") },
                new Progress<string>(Console.WriteLine), CancellationToken.None);
            connectionString = postgres.ConnectionStringFor("dispatch");
        }

        WebApplication? app = null;
        try
        {
            await Database.CreateIfMissingAsync(connectionString, CancellationToken.None);
            builder.Services.AddDatabase(connectionString).AddSignIns().AddParts(connectionString).AddChannels(builder.Configuration);
            app = builder.Build();
            await Database.PrepareAsync(app.Services, CancellationToken.None);
            await app.Services.GetRequiredService<DatabaseClock>().AskAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
            await app.Services.GetRequiredService<PersonalData>().PrepareAsync(CancellationToken.None);
            await LoadDemo.RunAsync(app.Services, CancellationToken.None);
            await PrepareInstallation.RunAsync(app.Services, CancellationToken.None);
            app.Services.GetRequiredService<PositionFeed>(); // with the hints it says what it wants to hear
            app.Services.GetRequiredService<Hints>();
            await app.Services.GetRequiredService<Redis>().ConnectAsync(builder.Configuration.GetConnectionString("Redis"));
            Map(app);
            if (builder.Configuration.GetValue("Rehearse", true))
            {
                await app.Services.GetRequiredService<Rehearsal>().RunAsync(CancellationToken.None);
            }

            return new Node(app, postgres);
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    public Task StartAsync() => app.StartAsync();

    /// <summary>Serves until it is told to stop. Its parts stay usable until <see cref="DisposeAsync"/>: some have a last word to write.</summary>
    public async Task RunAsync()
    {
        await app.StartAsync();
        await app.WaitForShutdownAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await (postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static void Map(WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Parts.OutageOrBugAsync,
            SuppressDiagnosticsCallback = failed => failed.Exception is BadHttpRequestException, // the caller's mistake, not ours
        });
        app.UseStatusCodePages(Parts.BareRefusalAsync);
        app.UseResponseCompression();
        app.Use(Parts.LetGoWhileDraining);
        app.Use(Parts.RefuseForeignOrigins);
        app.Use(Parts.GuardPages);
        app.Use(Spans.NameRequests);
        app.UseAuthentication();
        app.Use(Standings.Forget);
        app.UseAuthorization();

        app.MapStaticAssets();
        app.MapGet("/", () => TypedResults.Redirect("/console.html")).ExcludeFromDescription();
        app.MapAccess();
        app.MapReferenceData();
        app.MapRegions();
        app.MapPolicies();
        app.MapMutualAid();
        app.MapRoster();
        app.MapTeams();
        app.MapIncidents();
        app.MapCallouts();
        app.MapMusters();
        app.MapLiaisons();
        app.MapVolunteerSelf();
        app.MapNodes();
        app.MapTelemetry();
        app.MapChannels();
        app.MapHub<DispatchHub>("/live", LiveLimits.Configure);

        app.MapHealth();
        app.MapOpenApi();
        app.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.SwaggerEndpoint("/openapi/v1.json", "Dispatch");
        });
    }
}
